import * as v from 'valibot';
import { nativeSchema } from '../intent/request.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { type JsonSchema, wireForm } from '../json/wire-form.ts';
import { operations } from '../operations/index.ts';
import {
  type FoundPlace,
  isMeantAsPlace,
  isPlace,
  type Keys,
  PLACE_RULE,
  placeForm,
  placesIn,
} from './place.ts';

const pathOf = (keys: Keys): { path?: [v.IssuePathItem, ...v.IssuePathItem[]] } => {
  const [first, ...others] = keys.map(
    (key): v.IssuePathItem => ({ type: 'unknown', origin: 'value', input: {}, key, value: {} }),
  );
  return first === undefined ? {} : { path: [first, ...others] };
};

const startsWith = (path: readonly unknown[], start: Keys): boolean =>
  start.every((key, i) => String(path[i]) === String(key));

/** What is wrong with the constants. Values of the payload are checked when they come. */
const issuesOfConstants = (
  template: JsonObject,
  places: readonly FoundPlace[],
): readonly v.BaseIssue<unknown>[] => {
  const { operation, expires_at: _, ...others } = template;
  const read = v.safeParse(nativeSchema(operation, new Date(0)), { operation, ...others });
  return (read.issues ?? []).filter(({ path = [] }) => {
    const keys = path.map(({ key }) => key);
    return !places.some((found) => startsWith(keys, found.keys));
  });
};

const CONSTANT_TIME = 'must come from the payload: a constant time would soon be past';

const templateForm = (): JsonSchema => {
  const text: JsonSchema = { anyOf: [{ type: 'string' }, placeForm] };
  return {
    anyOf: [
      placeForm,
      {
        type: 'object',
        required: ['operation', 'project_id', 'jobs'],
        properties: {
          operation: { anyOf: [{ enum: operations.map(({ name }) => name) }, placeForm] },
          project_id: text,
          jobs: { anyOf: [{ type: 'array', minItems: 1 }, placeForm] },
          options: { type: 'object' },
          expires_at: placeForm,
          correlation_id: text,
          after: text,
          sequence: { type: ['string', 'integer', 'object'] },
        },
        additionalProperties: false,
      },
    ],
  };
};

/**
 * A native intent with places in it, or the place of a whole one. Law: its constants are checked as those of a request are,
 * at cold start.
 */
export const templateSchema = v.pipe(
  v.custom<JsonObject>(isObject, 'must be an object'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const places = placesIn(value);
    for (const { keys, place } of places)
      if (!isPlace(place)) addIssue({ message: PLACE_RULE, ...pathOf(keys) });
    if (Object.hasOwn(value, 'expires_at') && !isMeantAsPlace(value.expires_at))
      addIssue({ message: CONSTANT_TIME, ...pathOf(['expires_at']) });
    for (const { message, path, expected, received } of issuesOfConstants(value, places))
      addIssue({ message, received, ...(expected && { expected }), ...(path && { path }) });
  }),
  wireForm(templateForm),
);

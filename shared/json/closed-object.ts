import * as v from 'valibot';
import { isObject } from './json.ts';
import { type JsonSchema, wireForm } from './wire-form.ts';

/**
 * Whether a tool added this key, and not the caller. Tracers add `_datadog` to events, editors add `$schema`. The caller
 * cannot leave such a key out (dd-trace-java PR 7613, datadog-lambda-extension PR 436).
 */
export const isAddedKey = (key: string): boolean => ADDED_KEY.test(key);

const ADDED_KEY = /^(?!__proto__$)[_$]/;

/** The value of a key that is ignored. */
export const IGNORED: JsonSchema = { description: 'Ignored.' };

/** Ignored keys, in the JSON Schema of an object. */
export const ADDED_KEYS: JsonSchema = { [ADDED_KEY.source]: IGNORED };

/**
 * An object with these fields and no others. Reports every unknown field and every other fault at once. valibot's own
 * strict object stops at the first unknown field, and accepts `constructor`. Ignored keys are not in the output.
 */
export const closedObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  message: string,
  ignores: (key: string) => boolean = isAddedKey,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<Entries, undefined>>> => {
  const known = v.object(entries);
  return v.pipe(
    v.custom<object>(isObject, message),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      const unknown = Object.keys(value).filter(
        (key) => !Object.hasOwn(entries, key) && !ignores(key),
      );
      for (const key of unknown) {
        const item = { type: 'object', origin: 'key', input: {}, key, value: undefined } as const;
        addIssue({ message: 'is not a known field', path: [item] });
      }
      const read = v.safeParse(known, value);
      for (const { message, path, expected, received } of read.issues ?? [])
        addIssue({ message, received, ...(expected && { expected }), ...(path && { path }) });
      return read.success ? read.output : NEVER;
    }),
    wireForm((of) => ({
      ...of(known),
      additionalProperties: false,
      ...(ignores === isAddedKey && { patternProperties: ADDED_KEYS }),
    })),
  );
};

import * as v from 'valibot';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { isPointer, LONGEST_POINTER, POINTER_FORM, POINTER_RULE } from '../json/json-pointer.ts';
import { type JsonSchema, wireForm } from '../json/wire-form.ts';

/** Where a value of a payload is: a JSON pointer from the root of the body, or from one item of a list in it. */
export type Place = { readonly body: string } | { readonly item: string };

/** Holds if the value at the place is `is`, or one of a list of values. */
export type Condition = Place & { readonly is: Json };

export const PLACE_RULE = 'must be {"body": pointer} or {"item": pointer}';

/** No field of an intent has one of these names. So an object with one of them is meant as a place. */
export const isMeantAsPlace = (value: unknown): value is JsonObject =>
  isObject(value) && (Object.hasOwn(value, 'body') || Object.hasOwn(value, 'item'));

/** Whether an object is a place, with these further fields and no others. */
const isSound = (value: JsonObject, more: readonly string[] = []): boolean =>
  Object.hasOwn(value, 'body') !== Object.hasOwn(value, 'item') &&
  isPointer(value.body ?? value.item) &&
  Object.keys(value).every((name) => ['body', 'item', ...more].includes(name));

export const isPlace = (value: unknown): value is Place => isObject(value) && isSound(value);

const pointerForm: JsonSchema = {
  type: 'string',
  pattern: POINTER_FORM.source,
  maxLength: LONGEST_POINTER,
};

/** A JSON pointer. */
export const pointerSchema = v.pipe(
  v.custom<string>(isPointer, POINTER_RULE),
  wireForm(() => pointerForm),
);

const formWith = (more: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  anyOf: ['body', 'item'].map((from) => ({
    type: 'object',
    required: [from, ...Object.keys(more)],
    properties: { [from]: pointerForm, ...more },
    additionalProperties: false,
  })),
});

/** The JSON Schema of a place. */
export const placeForm: JsonSchema = formWith({});

export const placeSchema = v.pipe(
  v.custom<Place>(isPlace, PLACE_RULE),
  wireForm(() => placeForm),
);

/** NaN is a number that cannot be read exactly. It equals nothing. */
const isScalar = (value: unknown): boolean =>
  (typeof value !== 'object' || value === null) && !Number.isNaN(value);

const isOfScalars = (value: Json | undefined): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(isScalar) : isScalar(value);

const isCondition = (value: unknown): value is Condition =>
  isObject(value) && isSound(value, ['is']) && Object.hasOwn(value, 'is') && isOfScalars(value.is);

const scalarForm: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] };

export const conditionSchema = v.pipe(
  v.custom<Condition>(isCondition, `${PLACE_RULE}, with "is": a value, or a list of values`),
  wireForm(() =>
    formWith({ is: { anyOf: [scalarForm, { type: 'array', minItems: 1, items: scalarForm }] } }),
  ),
);

/** The names and numbers that lead to a value. */
export type Keys = readonly (string | number)[];

export interface FoundPlace {
  readonly keys: Keys;
  readonly place: JsonObject;
}

/** Everything in a value that is meant as a place. */
export const placesIn = (value: unknown, keys: Keys = []): readonly FoundPlace[] => {
  if (isMeantAsPlace(value)) return [{ keys, place: value }];
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, one]) =>
    placesIn(one, [...keys, isList ? Number(name) : name]),
  );
};

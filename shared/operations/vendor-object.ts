import * as v from 'valibot';
import { ADDED_KEYS, closedObject } from '../json/closed-object.ts';
import { isObject } from '../json/json.ts';
import { type JsonSchema, wireForm } from '../json/wire-form.ts';

/** Clients whose serialiser writes a field that was not set write it as null. */
const withoutNulls = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value;

/**
 * An object in the vendor's own request: these fields and no others, so that nothing which the call could not carry is
 * dropped in silence (promise P5). A field that is null, known or not, is absent.
 */
export const vendorObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  message: string,
) =>
  v.pipe(
    v.unknown(),
    v.transform(withoutNulls),
    closedObject(entries, message),
    wireForm((of) => withNulls(of(v.object(entries)))),
  );

const NULL: JsonSchema = { type: 'null' };

/** The JSON Schema of an object in which each field that may be absent may be null too, and so may unknown fields. */
const withNulls = ({ properties, required, ...object }: JsonSchema): JsonSchema => {
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const fields = Object.entries(Object(properties)).map(([name, field]) => [
    name,
    needed.includes(name) ? field : { anyOf: [field, NULL] },
  ]);
  return {
    ...object,
    properties: Object.fromEntries(fields),
    required: needed,
    additionalProperties: NULL,
    patternProperties: ADDED_KEYS,
    propertyNames: { not: { const: '__proto__' } },
  };
};

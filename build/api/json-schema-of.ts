import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import * as v from 'valibot';
import { isObject } from '../../shared/json/json.ts';
import { type JsonSchema, wireFormOf } from '../../shared/json/wire-form.ts';

const isSchema = (value: unknown): value is GenericSchema =>
  isObject(value) && value.kind === 'schema';

/** Stands for a schema that says its own form. The converter cannot be told of schemas that are pipes. */
const stands = new WeakMap<object, JsonSchema>();

const standFor = (form: JsonSchema): GenericSchema => {
  const schema = v.unknown();
  stands.set(schema, form);
  return schema;
};

/** A schema with stands in place of all inner schemas that say their own form. */
const prepare = (schema: GenericSchema): GenericSchema => {
  const form = wireFormOf(schema);
  if (form !== undefined) return standFor(form.write(jsonSchemaOf));
  if ('wrapped' in schema && isSchema(schema.wrapped))
    return Object.assign({ ...schema }, { wrapped: prepare(schema.wrapped) });
  if (!('entries' in schema)) return schema;
  const entries = Object.entries(Object(schema.entries)).map(([name, entry]) => [
    name,
    isSchema(entry) ? prepare(entry) : entry,
  ]);
  return Object.assign({ ...schema }, { entries: Object.fromEntries(entries) });
};

/**
 * The JSON Schema (2020-12) of what a schema takes over the wire. Throws if the schema has a check that the converter does
 * not know, and does not say its own form.
 */
export const jsonSchemaOf = (schema: GenericSchema): JsonSchema => {
  const { $schema: _, ...form } = toJsonSchema(prepare(schema), {
    target: 'draft-2020-12',
    typeMode: 'input',
    overrideSchema: ({ valibotSchema }) => stands.get(valibotSchema),
  });
  return form;
};

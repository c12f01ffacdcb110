import { attributesSchema } from '../../shared/intent/cloud-event.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { jsonSchemaOf } from './json-schema-of.ts';

/** The JSON Schema of a CloudEvent in structured mode, with this data. An attribute that is null is not set. */
export const cloudEventForm = (data: JsonSchema): JsonSchema => {
  const { properties, required, ...form } = jsonSchemaOf(attributesSchema);
  const needed = Array.isArray(required) ? required : [];
  const attributes = Object.entries(Object(properties)).map(([name, attribute]) => [
    name,
    needed.includes(name) ? attribute : { anyOf: [attribute, { type: 'null' }] },
  ]);
  return {
    ...form,
    description:
      'CloudEvents 1.0. All other attributes are ignored. In place of `data`, `data_base64` is taken too.',
    required: [...needed, 'data'],
    properties: { ...Object.fromEntries(attributes), data, data_base64: { type: 'null' } },
  };
};

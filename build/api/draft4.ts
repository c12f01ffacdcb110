import { RESULT_DETAIL_TYPE, RESULT_SOURCE } from '../../shared/intent/result.ts';
import { isObject } from '../../shared/json/json.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { eventSchema, resultSchema } from './result-event.ts';

/** Keywords whose values are instances, or maps from names to schemas, and no schemas themselves. */
const INSTANCES = ['enum', 'required', 'type'];

const convert = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(convert);
  if (!isObject(value)) return value;
  const { const: only, if: when, then: so, ...rest } = value;
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([key, inner]) => [
        key,
        INSTANCES.includes(key) && Array.isArray(inner) ? inner : convert(inner),
      ]),
    ),
    ...(only !== undefined && { enum: [only] }),
    ...(when !== undefined && { anyOf: [{ not: convert(when) }, convert(so)] }),
  };
};

/**
 * The schema of result events in Draft 4, as EventBridge's registry takes it (type `JSONSchemaDraft4`). Draft 4 has
 * neither `const` nor `if`. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html
 */
export const resultEventDraft4 = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-04/schema#',
  'x-amazon-events-source': RESULT_SOURCE,
  'x-amazon-events-detail-type': RESULT_DETAIL_TYPE,
  ...eventSchema(RESULT_DETAIL_TYPE, { $ref: '#/definitions/Result' }),
  definitions: { Result: convert(resultSchema) },
});

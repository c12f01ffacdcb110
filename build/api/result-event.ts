import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_PER_EVENT, PACKED_DETAIL_TYPE, RESULT_SOURCE } from '../../shared/intent/result.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';

const { $schema: _, ...detail } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/result.schema.json'), 'utf8'),
);

/** The schema of a result, without the dialect that it is written in. */
export const resultSchema: JsonSchema = detail;

/**
 * The schema of a whole event on the results bus. Fields around the detail are EventBridge's.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export const eventSchema = (detailType: string, ofDetail: JsonSchema): JsonSchema => ({
  title: detailType,
  type: 'object',
  required: ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'detail'],
  properties: {
    version: { type: 'string' },
    id: { type: 'string' },
    'detail-type': { enum: [detailType] },
    source: { enum: [RESULT_SOURCE] },
    account: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    region: { type: 'string' },
    resources: { type: 'array', items: { type: 'string' } },
    detail: ofDetail,
  },
});

/** The schema of a list of results: the detail of an event that holds more than one. */
export const packedSchema = (ofResult: JsonSchema): JsonSchema => ({
  title: PACKED_DETAIL_TYPE,
  type: 'object',
  additionalProperties: false,
  required: ['results'],
  properties: {
    results: { type: 'array', minItems: 1, maxItems: MOST_PER_EVENT, items: ofResult },
  },
});

/** docs/results.schema.json: the detail of an event on the results bus if RESULTS_PER_EVENT is above 1. */
export const packedDocument = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  description: `The detail of an event on the results bus (source ${RESULT_SOURCE}, detail-type ${PACKED_DETAIL_TYPE}) if RESULTS_PER_EVENT is above 1: results of one call, or of none. A repeated result has the same result_id, and may come in another event.`,
  ...packedSchema(resultSchema),
});

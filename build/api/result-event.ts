import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULT_DETAIL_TYPE, RESULT_SOURCE } from '../../shared/intent/result.ts';
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
export const eventSchema = (ofDetail: JsonSchema): JsonSchema => ({
  title: RESULT_DETAIL_TYPE,
  type: 'object',
  required: ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'detail'],
  properties: {
    version: { type: 'string' },
    id: { type: 'string' },
    'detail-type': { enum: [RESULT_DETAIL_TYPE] },
    source: { enum: [RESULT_SOURCE] },
    account: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
    region: { type: 'string' },
    resources: { type: 'array', items: { type: 'string' } },
    detail: ofDetail,
  },
});

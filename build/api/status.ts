import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { operationNames } from '../operation-lists.ts';

const RESULT = join(import.meta.dirname, '../../docs/result.schema.json');

/** Fields that a result has too. */
const { outcome, evidence, error, superseded_by } = JSON.parse(
  readFileSync(RESULT, 'utf8'),
).properties;

const text: JsonSchema = { type: 'string' };
const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const time: JsonSchema = { type: 'string', format: 'date-time' };

/** What became of an intent. `projectId` is the schema of a project's id. */
export const statusSchemas = (projectId: JsonSchema): Readonly<Record<string, JsonSchema>> => ({
  IntentStatus: {
    description:
      'What the ledger tells of an intent. While it is `queued`, only its id and the time of its acceptance are known.',
    type: 'object',
    required: ['intent_id', 'status'],
    properties: {
      intent_id: uuid,
      status: { enum: ['queued', 'in_progress', 'settled'] },
      operation: { enum: operationNames },
      project_id: projectId,
      job_count: { type: 'integer', minimum: 1 },
      accepted_at: time,
      expires_at: time,
      correlation_id: text,
      jobs: {
        description: 'The jobs of which the ledger tells. Once the intent is settled, all of them.',
        type: 'array',
        items: { $ref: '#/components/schemas/JobStatus' },
      },
    },
  },
  JobStatus: {
    description: 'One job of an intent. Without an outcome, it has no verdict yet.',
    type: 'object',
    required: ['job_id'],
    properties: {
      job_id: text,
      outcome,
      evidence,
      error,
      superseded_by,
      settled_at: time,
    },
  },
});

/** How a vendor's answer tells of a refused job, after a wait. */
export const refusalRows = {
  dli: {
    is_success: { enum: ['true', 'false'] },
    message: text,
    error_code: { description: 'Of a refused job, if the upstream gave one.', type: 'string' },
    error_msg: { description: 'The message again, beside a code.', type: 'string' },
  },
  drs: {
    status: { enum: ['success', 'failed'] },
    error_code: { description: 'Of a refused task, if the upstream gave one.', type: 'string' },
    error_msg: { description: 'Of a refused task.', type: 'string' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;

/** Parameters of requests that may be repeated or waited for. */
export const statusParameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'For 24 hours, the same key with the same body is the same intent, and has the same answer.',
    schema: {
      type: 'string',
      pattern: '^("([ !#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-+\\--~]{1,255})$',
    },
  },
  Wait: {
    name: 'wait',
    in: 'query',
    description: 'Seconds to wait for the verdicts. More than 25 count as 25.',
    schema: { type: 'string', pattern: '^[0-9]{1,6}$' },
  },
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description: '`wait=20` is as the parameter `wait`, which counts first (RFC 7240).',
    schema: text,
  },
  IntentId: {
    name: 'intent_id',
    in: 'path',
    required: true,
    description: 'As the answer gave it.',
    schema: uuid,
  },
};

/** Headers of answers that tell where to ask, and what a wait has brought. */
export const statusHeaders = {
  Location: { description: 'Where the status of the intent is.', schema: text },
  'Preference-Applied': {
    description: 'Only if the answer has every verdict: `wait` with the seconds that counted.',
    schema: text,
  },
};

import { asVendorError, problemOf } from '../../shared/accept/problem.ts';
import {
  PHRASES,
  PROBLEM_TYPES,
  type ProblemType,
  typeUri,
} from '../../shared/accept/problem-types.ts';
import { correlationIdSchema } from '../../shared/intent/request.ts';
import { IGNORED } from '../../shared/json/closed-object.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { dliJobId } from '../../shared/operations/dli/service.ts';
import { drsTaskId } from '../../shared/operations/drs/service.ts';
import { projectId } from '../../shared/operations/operation.ts';
import { operationNames } from '../operation-lists.ts';
import { jsonSchemaOf } from './json-schema-of.ts';
import { refusalRows, statusHeaders, statusParameters, statusSchemas } from './status.ts';

const text: JsonSchema = { type: 'string' };
const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const texts: JsonSchema = { type: 'array', items: text };

/** Schemas that requests share; each takes the place of its equals. */
export const shared: Readonly<Record<string, JsonSchema>> = {
  Ignored: IGNORED,
  DliJobId: dliJobId.form(),
  DrsTaskId: drsTaskId.form(),
  ProjectId: { type: 'string', pattern: projectId.source },
};

const ignored = { $ref: '#/components/schemas/Ignored' };

/** The same, with what holds at every depth: no request has a key `__proto__`. */
export const sharedInFull: Readonly<Record<string, JsonSchema>> = {
  ...shared,
  Ignored: {
    ...IGNORED,
    items: ignored,
    additionalProperties: ignored,
    propertyNames: { not: { const: '__proto__' } },
  },
};

const types = [
  ...Object.keys(PROBLEM_TYPES).filter((name): name is ProblemType => name in PROBLEM_TYPES),
  undefined,
].map(typeUri);

const statuses = [
  ...Object.values(PROBLEM_TYPES).map(({ status }) => status),
  ...Object.keys(PHRASES).map(Number),
].toSorted((a, b) => a - b);

/** Codes of the vendor's that a drop-in route answers with. */
const codes = [
  ...new Set(
    statuses
      .filter((status) => status !== 404 && status !== 405)
      .flatMap((status) =>
        (['dli', 'drs'] as const).map((service) => {
          const { body } = asVendorError({ ...problemOf('internal-error', ''), status }, service);
          return String(Reflect.get(Object(body), 'error_code'));
        }),
      ),
  ),
].toSorted();

const partly = {
  queued: { ...texts, description: 'After 503: the jobs that were queued.' },
  not_queued: { ...texts, description: 'After 503: the jobs to send again.' },
};

/** What routes answer with. */
export const answerSchemas: Readonly<Record<string, JsonSchema>> = {
  Receipt: {
    type: 'object',
    required: ['intent_id', 'operation', 'project_id', 'job_count', 'accepted_at'],
    properties: {
      intent_id: uuid,
      operation: { enum: operationNames },
      project_id: shared.ProjectId,
      job_count: {
        description: 'Distinct jobs. As many results will follow.',
        type: 'integer',
        minimum: 1,
      },
      accepted_at: time,
      expires_at: time,
    },
  },
  Receipts: {
    type: 'object',
    required: ['intents'],
    properties: {
      intents: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Receipt' } },
    },
  },
  Problem: {
    description: 'RFC 9457. What each type means: docs/problems.md.',
    type: 'object',
    required: ['type', 'status', 'title', 'detail', 'instance'],
    properties: {
      type: { enum: types },
      status: { enum: statuses },
      title: text,
      detail: text,
      instance: { description: 'The intent id, as a URN.', type: 'string', format: 'uri' },
      errors: {
        description: 'Every fault of the request.',
        type: 'array',
        items: {
          type: 'object',
          required: ['pointer', 'detail'],
          properties: { pointer: text, detail: text },
        },
      },
      ...partly,
    },
  },
  VendorError: {
    description: "The vendor's shape of an error.",
    type: 'object',
    required: ['error_code', 'error_msg'],
    properties: { error_code: { enum: codes }, error_msg: text, ...partly },
  },
  GatewayError: {
    description: "API Gateway's own shape, before the request comes to us.",
    type: 'object',
    required: ['message'],
    properties: { message: { type: ['string', 'null'] } },
  },
  ...statusSchemas({ type: 'string', pattern: projectId.source }),
  DliAnswer: {
    description:
      'One element for each id of the request, in order. Only after a wait is one `"false"`.',
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['is_success', 'message'],
      properties: refusalRows.dli,
    },
  },
  DrsAnswer: {
    description:
      'One element for each task of the request. Both lists are the same. Only after a wait is one `failed`.',
    type: 'object',
    required: ['results', 'jobs', 'count'],
    properties: {
      results: { $ref: '#/components/schemas/DrsRows' },
      jobs: { $ref: '#/components/schemas/DrsRows' },
      count: { type: 'integer', minimum: 1 },
    },
  },
  DrsRows: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['id', 'status'],
      properties: { id: shared.DrsTaskId, ...refusalRows.drs },
    },
  },
};

/** The header is taken without the spaces around it. Empty, it counts as absent. */
const correlationHeader = (): JsonSchema => {
  const { pattern, ...form } = jsonSchemaOf(correlationIdSchema);
  return { ...form, pattern: String(pattern).replace('{1,', '{0,') };
};

/** Parameters of requests. */
export const parameters = {
  ...statusParameters,
  ProjectId: {
    name: 'project_id',
    in: 'path',
    required: true,
    schema: shared.ProjectId,
  },
  CorrelationId: {
    name: 'X-Correlation-Id',
    in: 'header',
    description: 'Comes out as `correlation_id` in each result, unless the body has its own.',
    schema: correlationHeader(),
  },
  Language: {
    name: 'X-Language',
    in: 'header',
    description: 'The language of the messages: `zh-cn`, or English for all else.',
    schema: text,
  },
  Traceparent: {
    name: 'traceparent',
    in: 'header',
    description: 'W3C Trace Context. Comes out in each result. An invalid one is ignored.',
    schema: text,
  },
  Tracestate: {
    name: 'tracestate',
    in: 'header',
    description: 'W3C Trace Context. Comes out beside `traceparent`, at most 512 characters of it.',
    schema: text,
  },
};

/** Headers of answers. */
export const headers = {
  ...statusHeaders,
  'X-Request-Id': { description: 'The intent id.', required: true, schema: uuid },
  'X-Intent-Id': { description: 'The intent id.', required: true, schema: uuid },
  'WWW-Authenticate': { description: 'A challenge (RFC 9110).', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } },
};

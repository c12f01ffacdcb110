import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { type Fault, faultsOf } from '../json/fault.ts';
import { readTime } from '../json/iso-time.ts';
import { isObject } from '../json/json.ts';
import { type TraceContext, traceOf } from '../json/trace-context.ts';
import { wireForm } from '../json/wire-form.ts';
import { isOperationName, OPERATIONS, operations } from '../operations/index.ts';
import { anyJobSchema, jobListSchema } from '../operations/job-list.ts';
import {
  isProjectId,
  type OperationName,
  PROJECT_ID_RULE,
  type ProjectId,
  projectId,
  type RequestedJobs,
} from '../operations/operation.ts';
import { afterSchema, isIdOfIntent } from './after.ts';
import type { IntentId } from './intent.ts';
import { sequenceSchema } from './sequence.ts';

/** A caller's request, read and valid. It becomes an intent once it has an id and a time of acceptance. */
export interface JobRequest extends RequestedJobs {
  readonly operation: OperationName;
  readonly project_id: ProjectId;
  readonly expires_at?: string;
  readonly correlation_id?: string;
  readonly after?: IntentId;
  readonly after_name?: string;
  readonly sequence?: string;
}

export type ReadRequest =
  | {
      readonly ok: true;
      readonly request: JobRequest;
      /** The trace that the request names. It is no part of what is asked for. */
      readonly trace?: TraceContext;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** SQS keeps a message for 14 days at most. Deadlines stay well below that. */
export const MOST_DEADLINE_SECONDS = 7 * 24 * 3_600;

const timestamp = (now: Date) =>
  v.pipe(
    v.string('must be an ISO 8601 time, as 2026-01-31T12:00:00Z'),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      const read = readTime(value);
      if (read.ok) return new Date(read.at);
      addIssue({ message: read.detail });
      return NEVER;
    }),
    v.check((time) => time > now, 'is in the past'),
    v.check(
      (time) => time.getTime() - now.getTime() <= MOST_DEADLINE_SECONDS * 1_000,
      'is more than 7 days ahead: the queue would not give the jobs so often',
    ),
    v.transform((time) => time.toISOString()),
    wireForm(() => ({
      description:
        'The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too.',
      type: 'string',
      format: 'date-time',
    })),
  );

/** The name that a caller gives its request, in the body or in a header. */
export const correlationIdSchema = v.pipe(
  v.string('must be a string'),
  v.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters'),
);

const name = v.pipe(
  v.custom<OperationName>(
    isOperationName,
    `must be one of ${operations.map((row) => row.name).join(', ')}`,
  ),
  wireForm(() => ({ enum: operations.map((row) => row.name) })),
);

const project = v.pipe(
  v.custom<ProjectId>(isProjectId, PROJECT_ID_RULE),
  wireForm(() => ({ type: 'string', pattern: projectId.source })),
);

/** For an operation that is unknown: what any of them would ask for. */
const ofAnyOperation = {
  jobs: jobListSchema(anyJobSchema),
  options: v.custom<object>(isObject, 'must be an object'),
  after: v.pipe(
    v.unknown(),
    v.check((value) => typeof value === 'string', 'must be a string'),
  ),
};

/** An invalid trace context is ignored, so nothing is refused for it. */
const traceText = v.pipe(
  v.unknown(),
  wireForm(() => ({
    description: 'W3C Trace Context, as the header of this name. An invalid one is ignored.',
    type: 'string',
  })),
);

const listSchemas = new Map(operations.map((row) => [row.name, jobListSchema(row.job.schema)]));

/** The schema of a native request. Of an unknown operation, all is checked that does not depend on it, so that every fault is named at once. */
export const nativeSchema = (operation: unknown, now: Date) => {
  const row = isOperationName(operation) ? OPERATIONS[operation] : undefined;
  return closedObject(
    {
      operation: name,
      project_id: project,
      jobs: (row && listSchemas.get(row.name)) ?? ofAnyOperation.jobs,
      options: v.optional(
        row ? closedObject(row.options, 'must be an object') : ofAnyOperation.options,
        {},
      ),
      expires_at: v.exactOptional(timestamp(now)),
      correlation_id: v.exactOptional(correlationIdSchema),
      after: v.exactOptional(row ? afterSchema(row, now) : ofAnyOperation.after),
      sequence: v.exactOptional(sequenceSchema),
      traceparent: v.exactOptional(traceText),
      tracestate: v.exactOptional(traceText),
    },
    'must be a JSON object',
  );
};

/**
 * Puts a stop that is named by its event or correlation id into a field of its own. Earlier releases ignore that field,
 * and would refuse such a name as `after`.
 */
const withStopName = ({ after, ...request }: JobRequest): JobRequest => {
  if (after === undefined) return request;
  return isIdOfIntent(after) ? { ...request, after } : { ...request, after_name: after };
};

/**
 * Reads our native request: `{operation, project_id, jobs, options?, expires_at?, correlation_id?, after?, sequence?,
 * traceparent?, tracestate?}`. Any other field is a fault.
 */
export const readNativeRequest = (body: unknown, now: Date): ReadRequest => {
  const read = v.safeParse(nativeSchema(isObject(body) ? body.operation : undefined, now), body);
  if (!read.success) return { ok: false, faults: faultsOf(read.issues) };
  const { traceparent: given, tracestate, ...asked } = read.output;
  const { traceparent, ...state } = traceOf({ traceparent: given, tracestate });
  return {
    ok: true,
    request: withStopName(asked as JobRequest),
    ...(traceparent !== undefined && { trace: { traceparent, ...state } }),
  };
};

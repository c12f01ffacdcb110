import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { type Fault, faultsOf } from '../json/fault.ts';
import { readTime } from '../json/iso-time.ts';
import { isObject } from '../json/json.ts';
import { isOperationName, OPERATIONS, operations } from '../operations/index.ts';
import { jobIdSchema, jobListSchema } from '../operations/job-list.ts';
import {
  type Ask,
  isProjectId,
  type Job,
  type JobId,
  type Operation,
  type OperationName,
  PROJECT_ID_RULE,
  type ProjectId,
} from '../operations/operation.ts';
import { afterSchema, isIdOfIntent } from './after.ts';
import type { IntentId } from './intent.ts';
import { sequenceSchema } from './sequence.ts';

/** What a caller asks for, read and found good, before it is stamped with an id and a time. */
export interface Draft extends Ask {
  readonly operation: OperationName;
  readonly project_id: ProjectId;
  readonly expires_at?: string;
  readonly correlation_id?: string;
  readonly after?: IntentId;
  readonly after_name?: string;
  readonly sequence?: string;
}

export type ReadDraft =
  | { readonly ok: true; readonly draft: Draft }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The queue keeps a message for 14 days: no deadline may come near. */
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
  );

/** What a caller may call its request, in the body or in a header. */
export const correlationIdSchema = v.pipe(
  v.string('must be a string'),
  v.regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters'),
);

const name = v.custom<OperationName>(
  isOperationName,
  `must be one of ${operations.map((row) => row.name).join(', ')}`,
);

const project = v.custom<ProjectId>(isProjectId, PROJECT_ID_RULE);

/** A job on the native route: its bare id, or an object with the id and the job options of the operation. */
const jobSchema = (row: Operation): v.GenericSchema<unknown, Job> => {
  const bare = jobIdSchema(row.jobId);
  const full = closedObject(
    { job_id: bare, ...row.jobOptions },
    'must be a job id or an object with one',
  );
  const spoken = v.pipe(
    full,
    v.transform((job) => (Object.keys(job).length === 1 ? (job.job_id as JobId) : (job as Job))),
  );
  return v.lazy((job) => (isObject(job) ? spoken : bare));
};

const listSchemas = new Map(operations.map((row) => [row.name, jobListSchema(jobSchema(row))]));

/** Without a known operation the jobs cannot be judged, the other fields can: every fault is named at once. */
const nativeSchema = (operation: unknown, now: Date) => {
  const row = isOperationName(operation) ? OPERATIONS[operation] : undefined;
  return closedObject(
    {
      operation: name,
      project_id: project,
      jobs: (row && listSchemas.get(row.name)) ?? v.unknown(),
      options: v.optional(row ? closedObject(row.options, 'must be an object') : v.unknown(), {}),
      expires_at: v.exactOptional(timestamp(now)),
      correlation_id: v.exactOptional(correlationIdSchema),
      after: v.exactOptional(row ? afterSchema(row, now) : v.unknown()),
      sequence: v.exactOptional(sequenceSchema),
    },
    'must be a JSON object',
  );
};

/** A stop that is named otherwise than by its intent's id has a field of its own: a release before this one passes it over. */
const draftOf = ({ after, ...draft }: Draft): Draft => {
  if (after === undefined) return draft;
  return isIdOfIntent(after) ? { ...draft, after } : { ...draft, after_name: after };
};

/** Reads the native request: `{operation, project_id, jobs, options?, expires_at?, correlation_id?, after?, sequence?}`, nothing else. */
export const readNative = (body: unknown, now: Date): ReadDraft => {
  const read = v.safeParse(nativeSchema(isObject(body) ? body.operation : undefined, now), body);
  return read.success
    ? { ok: true, draft: draftOf(read.output as Draft) }
    : { ok: false, faults: faultsOf(read.issues) };
};

/** Reads the upstream's own request to one operation; the project comes from the path. */
export const readVendor = (row: Operation, projectId: unknown, body: unknown): ReadDraft => {
  const read = v.safeParse(row.request, body);
  const faults = read.success ? [] : faultsOf(read.issues);
  if (!isProjectId(projectId)) {
    return { ok: false, faults: [{ pointer: '{project_id}', detail: PROJECT_ID_RULE }, ...faults] };
  }
  return read.success
    ? { ok: true, draft: { operation: row.name, project_id: projectId, ...read.output } }
    : { ok: false, faults };
};

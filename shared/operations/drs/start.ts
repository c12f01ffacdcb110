import * as v from 'valibot';
import { isObject, type Json, type JsonObject, parseLoosely } from '../../json/json.ts';
import {
  asWhole,
  byId,
  openReply,
  type Reading,
  type Row,
  unanswered,
} from '../../reply/correlate.ts';
import { UNSPECIFIED } from '../../reply/refusal.ts';
import type { Reply } from '../../reply/reply.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import {
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Look,
  type Operation,
  type RequestedJobs,
} from '../operation.ts';
import { isIn, MISSING, type Sighting, told } from '../sighting.ts';
import { effects } from '../status-table.ts';
import { DRS_STATUSES, type DrsStatus } from '../statuses.ts';
import { vendorObject } from '../vendor-object.ts';

/** DRS ids look like UUIDs and are not hex, so their form is left open. */
const opaque = /^[A-Za-z0-9_-]{1,64}$/;

const jobId: JobIdRule = {
  is: (text) => opaque.test(text),
  numeric: false,
  detail: 'must be a DRS task id: a string of 1 to 64 letters, digits, hyphens or underscores',
};

const milliseconds = v.pipe(
  v.string('must be a string of milliseconds since 1970'),
  v.regex(/^\d{1,16}$/, 'must be a string of milliseconds since 1970'),
);

const flag = v.exactOptional(v.boolean('must be true or false'));

/**
 * Whether a task is only initialised, without a transfer, and whether a comparison is made at its end, which is the
 * vendor's default. Source: `StartInfo` of the vendor's SDKs (docs/upstream.md §3).
 */
const flags = { is_only_init_task: flag, is_auto_create_compare: flag };

/** "If this parameter is left empty, the task is started immediately": an empty `start_time` is absent. */
const listed = v.pipe(
  vendorObject(
    {
      job_id: jobIdSchema(jobId),
      start_time: v.optional(v.union([v.literal(''), milliseconds], milliseconds.message)),
      ...flags,
    },
    'must be an object with a job_id',
  ),
  v.transform(({ job_id, start_time, ...others }): Job => {
    const job = { job_id, ...(start_time && { start_time }), ...others };
    return Object.keys(job).length > 1 ? job : job_id;
  }),
);

const request: v.GenericSchema<unknown, RequestedJobs> = v.pipe(
  vendorObject({ jobs: jobListSchema(listed) }, 'must be a JSON object'),
  v.transform(({ jobs }) => ({ jobs, options: {} })),
);

/** The vendor's table calls the list `results`, its example `jobs`: a client may read either. */
const answer = (jobs: readonly Job[]) => {
  const results = jobs.map((job) => ({ id: jobIdOf(job), status: 'success' }));
  return { status: 202, body: { results, jobs: results, count: results.length } };
};

const textOf = (...candidates: readonly (Json | undefined)[]): string =>
  candidates.find((candidate) => typeof candidate === 'string') ?? '';

const errorOf = (object: JsonObject): Row => ({
  kind: 'error',
  error: {
    code: textOf(object.error_code) || UNSPECIFIED,
    message: textOf(object.error_msg, object.error_message),
  },
});

/** Every SDK's model makes `status` optional: a row with a code and no status is a refusal. A success has no code. */
const rowOf = (element: JsonObject): Row => {
  const hasCode = textOf(element.error_code) !== '';
  switch (textOf(element.status).toLowerCase()) {
    case 'success':
      return hasCode ? { kind: 'unreadable' } : { kind: 'success' };
    case 'failed':
      return errorOf(element);
    case '':
      return hasCode ? errorOf(element) : { kind: 'unreadable' };
    default:
      return { kind: 'unreadable' };
  }
};

const rowsOf = (body: Json): readonly JsonObject[] =>
  isObject(body)
    ? [body.results, body.jobs]
        .flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []))
        .filter(isObject)
    : [];

const idOf = (element: JsonObject): string => textOf(element.id, element.job_id);

/** 200 and 202 alike; rows under `results` or `jobs`; matched by id, never by place. */
const decode = (asked: readonly JobId[], reply: Reply): Reading => {
  const opened = openReply(asked.length, reply);
  if (opened.kind === 'none') return opened.reading;
  const { status, body } = opened;
  if (!isObject(body)) return unanswered(asked.length, `status ${status} and no object`, status);
  const rows = rowsOf(body);
  // Rows beside an error tell of tasks that were started: they go first, and the rest stays unanswered.
  if (rows.length === 0 && textOf(body.error_code) !== '') {
    return asWhole(asked.length, status, errorOf(body));
  }
  return byId(
    asked,
    status,
    rows.map((element) => [idOf(element), rowOf(element)] as const),
  );
};

/** Tasks per page of batch-status; its default is 5. */
const PAGE = 100;

/** The vendor's codes for a task that never was, or is no more. */
const NOT_FOUND = new Set(['DRS.M00289', 'DRS.M05003', 'DRS.M05004']);

const sightingOf = (element: JsonObject): Sighting | undefined => {
  if (NOT_FOUND.has(textOf(element.error_code))) return MISSING;
  const status = textOf(element.status).toUpperCase();
  return status === '' ? undefined : told(status);
};

/** The status of up to a page of tasks. A task that is not there has an error in its row. */
const look: Look = {
  maxJobs: PAGE,
  request: (project, jobs) => ({
    service: 'drs',
    project,
    method: 'POST',
    path: `/v3/${project}/jobs/batch-status`,
    body: JSON.stringify({ jobs, page_req: { cur_page: 1, per_page: PAGE } }),
  }),
  decode: (jobs, reply) => {
    const parsed = reply.kind === 'replied' ? parseLoosely(reply.body) : undefined;
    const body = parsed?.ok ? parsed.value : null;
    const sightings = new Map(rowsOf(body).map((row) => [idOf(row), sightingOf(row)]));
    // An error without rows says which task is not there if one was asked for.
    const alone = jobs.length === 1 && isObject(body) ? sightingOf(body) : undefined;
    const isMissing = alone?.kind === 'missing';
    return new Map(
      jobs.flatMap((job) => {
        const sighting = isMissing && !sightings.has(job) ? alone : sightings.get(job);
        return sighting === undefined ? [] : [[job, sighting] as const];
      }),
    );
  },
};

/** States of a task that was started and goes on. Source: docs/upstream.md §4. */
const STARTED = [
  'STARTJOBING',
  'WAITING_FOR_START',
  'FULL_TRANSFER_STARTED',
  'FULL_TRANSFER_COMPLETE',
  'INCRE_TRANSFER_STARTED',
  'REBUILD_NODE_STARTED',
  'CHANGE_JOB_STARTED',
  'CHILD_TRANSFER_STARTING',
  'CHILD_TRANSFER_STARTED',
  'CHILD_TRANSFER_COMPLETE',
  'NODE_UPGRADE_START',
  'NODE_UPGRADE_COMPLETE',
] as const satisfies readonly DrsStatus[];

/** States that only a started task can have, and in which it does not go on, or its subtask does not. */
const ONCE_STARTED = [
  'START_JOB_FAILED',
  'PAUSING',
  'PAUSEING',
  'FULL_TRANSFER_FAILED',
  'INCRE_TRANSFER_FAILED',
  'REBUILD_NODE_FAILED',
  'CHANGE_JOB_FAILED',
  'CHILD_TRANSFER_FAILED',
  'RELEASE_CHILD_TRANSFER_STARTED',
  'RELEASE_CHILD_TRANSFER_COMPLETE',
  'NODE_UPGRADE_FAILED',
] as const satisfies readonly DrsStatus[];

/**
 * A start is done as soon as the task has left its configuration. A task that is being ended may never have been started:
 * no start is in effect, and the service refuses another. One that is being created comes to its configuration by itself.
 */
const statusTells = effects<DrsStatus>(
  {
    taken: [...STARTED, ...ONCE_STARTED],
    none: [
      'CREATE_FAILED',
      'CONFIGURATION',
      'RELEASE_RESOURCE_STARTED',
      'RELEASE_RESOURCE_FAILED',
      'RELEASE_RESOURCE_COMPLETE',
      'DELETED',
    ],
    pending: ['CREATING'],
    missing: 'none',
  },
  DRS_STATUSES,
);

/** Only one that is initialised alone, or whose start was put off, comes to wait for its start: of another it is the state before. */
const isTooEarly = (sighting: Sighting, job: Job | undefined): boolean =>
  isIn(['WAITING_FOR_START'], sighting) &&
  job !== undefined &&
  (typeof job === 'string' || !(job.start_time || job.is_only_init_task));

const effectOf: Operation['effectOf'] = (sighting, _, job) =>
  isTooEarly(sighting, job) ? 'none' : statusTells(sighting);

const isThere: Operation['isThere'] = (sighting, job) =>
  isIn(STARTED, sighting) && !isTooEarly(sighting, job);

/** Starts replication tasks. Source: the vendor's page "Starting Tasks in Batches". */
export const drsStart: Operation = {
  name: 'drs.start',
  service: 'drs',
  path: '/v3/{project_id}/jobs/batch-starting',
  jobId,
  options: {},
  jobOptions: { start_time: v.optional(milliseconds), ...flags },
  request,
  answer,
  encode: (jobs) =>
    JSON.stringify({ jobs: jobs.map((job) => (typeof job === 'string' ? { job_id: job } : job)) }),
  decode,
  look,
  repeatHarms: () => true,
  effectOf,
  isThere,
};

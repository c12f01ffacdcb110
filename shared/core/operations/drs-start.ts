import * as v from 'valibot';
import { asWhole, byId, openReply, type Reading, type Row, unanswered } from '../correlate.ts';
import { effects } from '../effects.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import { isObject, type Json, type JsonObject, parseLoosely } from '../json.ts';
import {
  type Ask,
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Look,
  MISSING,
  type Operation,
} from '../operation.ts';
import { UNSPECIFIED } from '../refusal.ts';
import type { Reply } from '../reply.ts';

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

/** "If this parameter is left empty, the task is started immediately": empty and null are absent. */
const listed = v.pipe(
  v.object(
    {
      job_id: jobIdSchema(jobId),
      start_time: v.nullish(v.union([v.literal(''), milliseconds], milliseconds.message)),
    },
    'must be an object with a job_id',
  ),
  v.transform(({ job_id, start_time }): Job => (start_time ? { job_id, start_time } : job_id)),
);

const request: v.GenericSchema<unknown, Ask> = v.pipe(
  v.object({ jobs: jobListSchema(listed) }, 'must be a JSON object'),
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

const rowOf = (element: JsonObject): Row => {
  switch (textOf(element.status).toLowerCase()) {
    case 'success':
      return { kind: 'success' };
    case 'failed':
      return errorOf(element);
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

const NOT_FOUND = new Set(['DRS.M05003', 'DRS.M05004']);

const statusOf = (element: JsonObject): string =>
  NOT_FOUND.has(textOf(element.error_code)) ? MISSING : textOf(element.status).toUpperCase();

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
    const statuses = new Map(
      rowsOf(parsed?.ok ? parsed.value : null).map((row) => [idOf(row), statusOf(row)]),
    );
    return new Map(
      jobs.flatMap((job) => {
        const status = statuses.get(job);
        return status ? [[job, { status }] as const] : [];
      }),
    );
  },
};

const STARTED = [
  'STARTJOBING',
  'WAITING_FOR_START',
  'FULL_TRANSFER_STARTED',
  'FULL_TRANSFER_COMPLETE',
  'INCRE_TRANSFER_STARTED',
];

/** A start is done as soon as the task has left its configuration. Source: docs/upstream.md §4. */
const effectOf = effects({
  taken: [...STARTED, 'START_JOB_FAILED', 'FULL_TRANSFER_FAILED', 'INCRE_TRANSFER_FAILED'],
  none: ['CONFIGURATION', 'CREATE_FAILED', 'RELEASE_RESOURCE_COMPLETE', 'DELETED', MISSING],
});

/** Starts replication tasks. Source: the vendor's page "Starting Tasks in Batches". */
export const drsStart: Operation = {
  name: 'drs.start',
  service: 'drs',
  path: '/v3/{project_id}/jobs/batch-starting',
  jobId,
  options: {},
  jobOptions: { start_time: v.optional(milliseconds) },
  request,
  answer,
  encode: (jobs) =>
    JSON.stringify({ jobs: jobs.map((job) => (typeof job === 'string' ? { job_id: job } : job)) }),
  decode,
  look,
  effectOf,
  isThere: (status) => STARTED.includes(status),
};

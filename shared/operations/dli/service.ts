import * as v from 'valibot';
import { isObject, type Json, parseLoosely } from '../../json/json.ts';
import { asWhole, byPosition, openReply, type Reading, type Row } from '../../reply/correlate.ts';
import { UNSPECIFIED } from '../../reply/refusal.ts';
import type { Reply } from '../../reply/reply.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import {
  type Effect,
  type GroupOptions,
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Language,
  type Look,
  type RequestedJobs,
} from '../operation.ts';
import { isIn, MISSING, type Sighting, told } from '../sighting.ts';
import { effects } from '../status-table.ts';
import { DLI_STATUSES, type DliStatus } from '../statuses.ts';
import { vendorObject } from '../vendor-object.ts';

/** What `dli.run` and `dli.stop` have in common: 64-bit ids, one flag per call, replies that name no job. */

const LONG_MAX = '9223372036854775807';
const decimal = /^(0|[1-9]\d{0,18})$/;

export const jobId: JobIdRule = {
  is: (text) => decimal.test(text) && (text.length < LONG_MAX.length || text <= LONG_MAX),
  numeric: true,
  detail: `must be a DLI job id: an integer from 0 to ${LONG_MAX}`,
};

/**
 * The vendor's body: `{"job_ids": [131, 130], "<flag>": true}`, and nothing else: `triggerSavepoint` would be a stop
 * without a savepoint. The fields are those of every SDK (docs/upstream.md §3).
 */
export const request = (flag: string): v.GenericSchema<unknown, RequestedJobs> =>
  v.pipe(
    vendorObject(
      {
        job_ids: jobListSchema(jobIdSchema(jobId)),
        [flag]: v.optional(v.boolean('must be true or false')),
      },
      'must be a JSON object',
    ),
    v.transform((body) => {
      const value = body[flag];
      return {
        jobs: body.job_ids as readonly Job[],
        options: typeof value === 'boolean' ? { [flag]: value } : {},
      };
    }),
  );

/** The vendor's reply to a request taken whole: one element per id listed, in order. */
export const answer =
  (messages: Record<Language, string>) => (listed: readonly Job[], language: Language) => ({
    status: 200,
    body: listed.map(() => ({ is_success: 'true', message: messages[language] })),
  });

/** Ids go out as the digits they are; `JSON.stringify` would need them as doubles. */
export const encode = (jobs: readonly Job[], options: GroupOptions): string => {
  const flags = JSON.stringify(options).slice(1);
  return `{"job_ids":[${jobs.map(jobIdOf).join(',')}]${flags === '}' ? '' : ','}${flags}`;
};

/** `is_success` is a string in every example and a boolean in the tables; `"false"` is no success. */
const rowOf = (element: Json | undefined): Row => {
  if (!isObject(element)) return { kind: 'unreadable' };
  const { is_success: success, message, error_code: code, error_msg: text } = element;
  const claimed = typeof success === 'string' ? success.toLowerCase() : success;
  if (typeof code === 'string' && code !== '') {
    return claimed === true || claimed === 'true'
      ? { kind: 'unreadable' }
      : { kind: 'error', error: { code, message: typeof text === 'string' ? text : '' } };
  }
  switch (claimed) {
    case true:
    case 'true':
      return { kind: 'success' };
    case false:
    case 'false':
      return {
        kind: 'error',
        error: { code: UNSPECIFIED, message: typeof message === 'string' ? message : '' },
      };
    default:
      return { kind: 'unreadable' };
  }
};

/** An array at any status, or a bare object for the whole call, of `{is_success, message}` or `{error_code, error_msg}`. */
export const decode = (asked: readonly JobId[], reply: Reply): Reading => {
  const opened = openReply(asked.length, reply);
  if (opened.kind === 'none') return opened.reading;
  const { status, body } = opened;
  return Array.isArray(body)
    ? byPosition(asked.length, status, body.map(rowOf))
    : asWhole(asked.length, status, rowOf(body));
};

/** The vendor's code for a job that is not there. */
const NOT_FOUND = new Set(['DLI.0002', 'DLI.0023', 'DLI.16001', 'DLI.12004']);

/** An error may come as the only element of an array, as it does in answer to a run (docs/upstream.md §0). */
const sightingOf = (body: Json): Sighting | undefined => {
  const only: Json | undefined = Array.isArray(body) && body.length === 1 ? body[0] : body;
  if (isObject(only) && typeof only.error_code === 'string')
    return NOT_FOUND.has(only.error_code) ? MISSING : undefined;
  const detail = isObject(body) ? body.job_detail : undefined;
  if (!isObject(detail) || typeof detail.status !== 'string') return undefined;
  return told(detail.status.toLowerCase(), Number(detail.start_time));
};

/** The job's detail, one request each: a list cannot be asked for by ids. */
export const look: Look = {
  maxJobs: 1,
  request: (project, [job]) => ({
    service: 'dli',
    project,
    method: 'GET',
    path: `/v1.0/${project}/streaming/jobs/${job}`,
  }),
  decode: ([job], reply) => {
    const parsed = reply.kind === 'replied' ? parseLoosely(reply.body) : undefined;
    const sighting = parsed?.ok ? sightingOf(parsed.value) : undefined;
    return new Map(job === undefined || sighting === undefined ? [] : [[job, sighting]]);
  },
};

/** States in which a job stands still. Source: docs/upstream.md §4. */
const STILL = [
  'job_init',
  'job_submit_fail',
  'job_cancel_success',
  'job_finish',
  'job_arrearage_stopped',
] as const satisfies readonly DliStatus[];

const STOPPING = ['job_canceling', 'job_savepointing'] as const satisfies readonly DliStatus[];

/**
 * States of a job that runs or is on its way there. One that downloads has been submitted; one that recovers from arrears
 * is brought back by the service itself.
 */
const STARTED = [
  'job_submitting',
  'job_downloading',
  'job_running',
  'job_idle',
  'job_arrearage_recovering',
] as const satisfies readonly DliStatus[];

/** States in which a start ends by itself. */
const ENDED = [
  'job_submit_fail',
  'job_running_exception',
  'job_finish',
] as const satisfies readonly DliStatus[];

/** While a job is being stopped, its status cannot tell whether a run was taken for afterwards. */
const runs = effects<DliStatus>(
  {
    taken: [...STARTED, ...ENDED],
    none: ['job_init', 'job_cancel_success', 'job_cancel_fail', 'job_arrearage_stopped'],
    pending: [...STOPPING],
    missing: 'none',
  },
  DLI_STATUSES,
);

/** By so much the upstream's clock and ours may differ. */
const CLOCKS_MS = 60_000;

/**
 * What a look tells of a start. One that failed was a start: sending it again is a new wish. Where the job was last
 * started before the request, that earlier start has ended, or goes on; where the time is not told, the job counts as
 * started. The vendor does not say whether a start that cannot be submitted shows in the time: if not, it is sent once
 * more, having come to nothing.
 */
export const effectOfRun = (sighting: Sighting, since: number): Effect => {
  const effect = runs(sighting);
  const startedAt = sighting.kind === 'told' ? sighting.startedAt : undefined;
  if (effect !== 'taken' || startedAt === undefined || startedAt >= since - CLOCKS_MS)
    return effect;
  return isIn(ENDED, sighting) ? 'none' : 'earlier';
};

/**
 * What a status tells of a stop. After `job_cancel_fail` the job may still run. A job that downloads, or recovers from
 * arrears, goes on to run: nothing is stopping it. One that is being submitted may yet heed a stop that came meanwhile.
 */
export const effectOfStop = effects<DliStatus>(
  {
    taken: [...STILL, ...STOPPING],
    none: [
      'job_downloading',
      'job_running',
      'job_running_exception',
      'job_idle',
      'job_arrearage_recovering',
      'job_cancel_fail',
    ],
    pending: ['job_submitting'],
    missing: 'none',
  },
  DLI_STATUSES,
);

export const isStarted = (sighting: Sighting): boolean => isIn(STARTED, sighting);

export const isStopped = (sighting: Sighting): boolean => isIn([...STILL, ...STOPPING], sighting);

/**
 * Whether a stop that was delivered has not stopped the job. Terraform's providers wait for a stop in the other states of a
 * job that runs (docs/upstream.md §4).
 */
export const hasSurvived = (sighting: Sighting): boolean =>
  isIn(['job_running', 'job_idle', 'job_cancel_fail'], sighting);

/** Whether the job stands still after a stop, so that the run after it may go. After `job_cancel_fail` it may still run. */
export const hasStopped = (sighting: Sighting): boolean =>
  sighting.kind === 'missing' || isIn([...STILL, 'job_running_exception'], sighting);

import * as v from 'valibot';
import { isObject, type JsonObject } from '../../json/json.ts';
import {
  asWhole,
  byId,
  openReply,
  type Reading,
  type Row,
  unanswered,
} from '../../reply/correlate.ts';
import type { Reply } from '../../reply/reply.ts';
import { UNSPECIFIED } from '../../reply/rows.ts';
import type { Refusal } from '../../reply/verdict.ts';
import { acceptAsDone } from '../accept-as-done.ts';
import { bareIfPlain, jobForm } from '../job-form.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import {
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Operation,
  type RequestedJobs,
} from '../operation.ts';
import { vendorObject } from '../vendor-object.ts';
import { look } from './look.ts';
import { idOf, taskRowsOf, textOf } from './rows.ts';

/** DRS ids look like UUIDs and are not hex, so their form is left open. */
const opaque = /^[A-Za-z0-9_-]{1,64}$/;

/** An id of a replication task. */
export const drsTaskId: JobIdRule = {
  is: (text) => opaque.test(text),
  numeric: false,
  detail: 'must be a DRS task id: a string of 1 to 64 letters, digits, hyphens or underscores',
  form: () => ({ description: 'A DRS task id.', type: 'string', pattern: opaque.source }),
};

/** A flag of one task, which may be left out. */
export const flag = v.exactOptional(v.boolean('must be true or false'));

/** Reads `{"jobs": [{"job_id": "…", …}]}`. A text that is empty counts as absent. */
const requestWith = (options: v.ObjectEntries): v.GenericSchema<unknown, RequestedJobs> => {
  const listed = v.pipe(
    vendorObject({ ...options, job_id: jobIdSchema(drsTaskId) }, 'must be an object with a job_id'),
    v.transform(({ job_id, ...others }): Job => {
      const given = Object.entries(others).filter(([, value]) => value !== '');
      return bareIfPlain({ job_id, ...Object.fromEntries(given) });
    }),
  );
  return v.pipe(
    vendorObject({ jobs: jobListSchema(listed) }, 'must be a JSON object'),
    v.transform(({ jobs }) => ({ jobs, options: {} })),
  );
};

/** Some refusals of the vendor's have no code. */
const codeOf = ({ code }: Refusal): { error_code?: string } =>
  code === UNSPECIFIED ? {} : { error_code: code };

/** The vendor's table calls the list `results`, its example `jobs`: a client may read either. */
const resultsFor = (jobs: readonly Job[], refusalOf?: (job: JobId) => Refusal | undefined) => {
  const results = jobs.map((job) => {
    const id = jobIdOf(job);
    const refusal = refusalOf?.(id);
    return refusal === undefined
      ? { id, status: 'success' }
      : { id, status: 'failed', ...codeOf(refusal), error_msg: refusal.message };
  });
  return { results, jobs: results, count: results.length };
};

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

/** 200 and 202 alike; rows under `results` or `jobs`; matched by id, never by place. */
const decode = (asked: readonly JobId[], reply: Reply): Reading => {
  const opened = openReply(asked.length, reply);
  if (opened.kind === 'none') return opened.reading;
  const { status, body } = opened;
  if (!isObject(body)) return unanswered(asked.length, `status ${status} and no object`, status);
  const rows = taskRowsOf(body);
  // Rows beside an error tell of tasks that were served: they go first, and the rest stays unanswered.
  if (rows.length === 0 && textOf(body.error_code) !== '')
    return asWhole(asked.length, status, errorOf(body));
  return byId(
    asked,
    status,
    rows.map((element) => [idOf(element), rowOf(element)] as const),
  );
};

/** What one operation of DRS has of its own. */
export interface DrsOperation
  extends Pick<Operation, 'name' | 'method' | 'path' | 'repeatHarms' | 'effectOf' | 'isThere'>,
    Partial<Pick<Operation, 'restart'>> {
  /** What may stand beside the id of a task. */
  readonly jobOptions: v.ObjectEntries;
  /** The same in the vendor's own request, where that is read less strictly. */
  readonly vendorOptions?: v.ObjectEntries;
  /** The status of the vendor's reply to a request that it takes whole. */
  readonly answerStatus: number;
  /** Codes that say that the task is where the operation would bring it. */
  readonly doneCodes?: readonly string[];
}

/** An operation of DRS: opaque ids, options per task, and a reply that names every task. */
export const drsOperation = ({
  jobOptions,
  vendorOptions = jobOptions,
  answerStatus,
  doneCodes = [],
  ...own
}: DrsOperation): Operation => ({
  ...own,
  service: 'drs',
  job: jobForm(drsTaskId, jobOptions),
  options: {},
  request: requestWith(vendorOptions),
  answer: (jobs, _, refusalOf) => ({ status: answerStatus, body: resultsFor(jobs, refusalOf) }),
  encode: (jobs) =>
    JSON.stringify({ jobs: jobs.map((job) => (typeof job === 'string' ? { job_id: job } : job)) }),
  decode: acceptAsDone(doneCodes, decode),
  look,
});

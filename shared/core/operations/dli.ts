import * as v from 'valibot';
import {
  asWhole,
  byPosition,
  type Reading,
  type Reply,
  type Row,
  unanswered,
} from '../correlate.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import { isObject, type Json, parseLoosely } from '../json.ts';
import {
  type Ask,
  type GroupOptions,
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Language,
} from '../operation.ts';

/** What `dli.run` and `dli.stop` have in common: 64-bit ids, one flag per call, replies that name no job. */

const LONG_MAX = '9223372036854775807';
const decimal = /^(0|[1-9]\d{0,18})$/;

export const jobId: JobIdRule = {
  is: (text) => decimal.test(text) && (text.length < LONG_MAX.length || text <= LONG_MAX),
  numeric: true,
  detail: `must be a DLI job id: an integer from 0 to ${LONG_MAX}`,
};

/** The vendor's body: `{"job_ids": [131, 130], "<flag>": true}`. An explicit null flag is an absent one. */
export const request = (flag: string): v.GenericSchema<unknown, Ask> =>
  v.pipe(
    v.object(
      {
        job_ids: jobListSchema(jobIdSchema(jobId)),
        [flag]: v.nullish(v.boolean('must be true or false')),
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
  if (typeof code === 'string' && code !== '') {
    return { kind: 'error', error: { code, message: typeof text === 'string' ? text : '' } };
  }
  switch (typeof success === 'string' ? success.toLowerCase() : success) {
    case true:
    case 'true':
      return { kind: 'success' };
    case false:
    case 'false':
      return {
        kind: 'error',
        error: { code: 'unspecified', message: typeof message === 'string' ? message : '' },
      };
    default:
      return { kind: 'unreadable' };
  }
};

/** An array at any status, or a bare object for the whole call, of `{is_success, message}` or `{error_code, error_msg}`. */
export const decode = (asked: readonly JobId[], reply: Reply): Reading => {
  if (reply.kind === 'silent') return unanswered(asked.length, reply.reason);
  const parsed = parseLoosely(reply.body);
  if (!parsed.ok) return unanswered(asked.length, `status ${reply.status} and ${parsed.detail}`);
  return Array.isArray(parsed.value)
    ? byPosition(asked.length, reply.status, parsed.value.map(rowOf))
    : asWhole(asked.length, reply.status, rowOf(parsed.value));
};

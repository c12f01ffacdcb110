import * as v from 'valibot';
import { isObject, type Json } from '../../json/json.ts';
import type { JsonSchema } from '../../json/wire-form.ts';
import { asWhole, byPosition, openReply, type Reading, type Row } from '../../reply/correlate.ts';
import type { Reply } from '../../reply/reply.ts';
import { UNSPECIFIED } from '../../reply/rows.ts';
import type { Refusal } from '../../reply/verdict.ts';
import { acceptAsDone } from '../accept-as-done.ts';
import { jobForm } from '../job-form.ts';
import { jobIdSchema, jobListSchema } from '../job-list.ts';
import {
  type GroupOptions,
  type Job,
  type JobId,
  type JobIdRule,
  jobIdOf,
  type Language,
  type Operation,
  type RequestedJobs,
} from '../operation.ts';
import { vendorObject } from '../vendor-object.ts';
import { look } from './look.ts';

const LONG_MAX = '9223372036854775807';
const decimal = /^(0|[1-9]\d{0,18})$/;

/** An id of a Flink job. */
export const dliJobId: JobIdRule = {
  is: (text) => decimal.test(text) && (text.length < LONG_MAX.length || text <= LONG_MAX),
  numeric: true,
  detail: `must be a DLI job id: an integer from 0 to ${LONG_MAX}`,
  form: (): JsonSchema => ({
    description: `A DLI job id, from 0 to ${LONG_MAX}, as a string or a number.`,
    anyOf: [
      { type: 'string', pattern: `^(0|[1-9][0-9]{0,17}|${belowMost()}|${LONG_MAX})$` },
      { type: 'integer', minimum: 0, maximum: BigInt(LONG_MAX) },
    ],
  }),
};

/** A pattern for numbers that have as many digits as {@link LONG_MAX} and are less: one part for each first smaller digit. */
const belowMost = (): string =>
  [...LONG_MAX]
    .map((digit, i) => ({ i, lowest: i === 0 ? 1 : 0, highest: Number(digit) - 1 }))
    .filter(({ lowest, highest }) => highest >= lowest)
    .map(({ i, lowest, highest }) => {
      const rest = LONG_MAX.length - 1 - i;
      const digit = `[${lowest}-${highest}]`;
      return `${LONG_MAX.slice(0, i)}${digit}${rest === 0 ? '' : `[0-9]{${rest}}`}`;
    })
    .join('|');

const job = jobForm(dliJobId);

const flagValue = v.optional(v.boolean('must be true or false'));

/**
 * The vendor's body: `{"job_ids": [131, 130], "<flag>": true}`, and no other field. A misspelt `triggerSavepoint` would be a
 * stop without a savepoint. The fields are those of every SDK (docs/upstream.md §3).
 */
const requestWith = (flag: string | undefined): v.GenericSchema<unknown, RequestedJobs> =>
  v.pipe(
    vendorObject(
      {
        job_ids: jobListSchema(jobIdSchema(dliJobId)),
        ...(flag !== undefined && { [flag]: flagValue }),
      },
      'must be a JSON object',
    ),
    v.transform((body) => {
      const value = flag === undefined ? undefined : Reflect.get(body, flag);
      return {
        jobs: body.job_ids,
        options: flag !== undefined && typeof value === 'boolean' ? { [flag]: value } : {},
      };
    }),
  );

/** Writes ids as the digits they are. `JSON.stringify` would need them as doubles. */
const encode = (jobs: readonly Job[], options: GroupOptions): string => {
  const flags = JSON.stringify(options).slice(1);
  return `{"job_ids":[${jobs.map(jobIdOf).join(',')}]${flags === '}' ? '' : ','}${flags}`;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** `is_success` is a string in every example and a boolean in the tables. The string `"false"` is no success. */
const rowOf = (element: Json | undefined): Row => {
  if (!isObject(element)) return { kind: 'unreadable' };
  const { is_success: success, message, error_code, error_msg } = element;
  const claimed = typeof success === 'string' ? success.toLowerCase() : success;
  const isClaimed = claimed === true || claimed === 'true';
  const code = textOf(error_code);
  if (code !== '')
    return isClaimed
      ? { kind: 'unreadable' }
      : { kind: 'error', error: { code, message: textOf(error_msg) } };
  if (isClaimed) return { kind: 'success' };
  return claimed === false || claimed === 'false'
    ? { kind: 'error', error: { code: UNSPECIFIED, message: textOf(message) } }
    : { kind: 'unreadable' };
};

/** An array at any status, or a bare object for the whole call, of `{is_success, message}` or `{error_code, error_msg}`. */
const decode = (asked: readonly JobId[], reply: Reply): Reading => {
  const opened = openReply(asked.length, reply);
  if (opened.kind === 'none') return opened.reading;
  const { status, body } = opened;
  return Array.isArray(body)
    ? byPosition(asked.length, status, body.map(rowOf))
    : asWhole(asked.length, status, rowOf(body));
};

/** The vendor has two forms of a refusal, so a client may read either. Some refusals have no code. */
const refused = ({ code, message }: Refusal) => ({
  is_success: 'false',
  message,
  ...(code !== UNSPECIFIED && { error_code: code, error_msg: message }),
});

/** What one operation of DLI has of its own. */
export interface DliOperation
  extends Pick<Operation, 'name' | 'path' | 'repeatHarms' | 'effectOf' | 'isThere'>,
    Partial<Pick<Operation, 'restart' | 'look'>> {
  /** The one option of a call, if it has one. */
  readonly flag?: string;
  /** What the vendor's reply says of each job that it took. */
  readonly says: Readonly<Record<Language, string>>;
  /** Codes that say that the job is where the operation would bring it. */
  readonly doneCodes?: readonly string[];
}

/** An operation of DLI: a POST with 64-bit ids, at most one flag per call, and a reply that names no job. */
export const dliOperation = ({ flag, says, doneCodes = [], ...own }: DliOperation): Operation => ({
  ...own,
  service: 'dli',
  method: 'POST',
  job,
  options: flag === undefined ? {} : { [flag]: flagValue },
  request: requestWith(flag),
  /** One element per id listed, in order. */
  answer: (listed, language, refusalOf) => ({
    status: 200,
    body: listed.map((one) => {
      const refusal = refusalOf?.(jobIdOf(one));
      return refusal === undefined
        ? { is_success: 'true', message: says[language] }
        : refused(refusal);
    }),
  }),
  encode,
  decode: acceptAsDone(doneCodes, decode),
  look: own.look ?? look,
});

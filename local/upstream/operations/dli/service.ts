import * as v from 'valibot';
import { isObject, type JsonObject, parseJson } from '../../../../shared/json/json.ts';
import type { Reading, Row, SimulatedOperation, Trouble } from '../../endpoint.ts';
import type { JobOptions, JobState, Law, Shown } from '../../job-law.ts';
import { emptied, errorReply, htmlReply, json, jsonText, type Reply } from '../../reply.ts';
import type { DliShape, Shape } from '../../vocabulary.ts';

/** DLI's words, after the vendor's pages "Running Jobs in Batches" and "Stopping Jobs in Batches". */

const LONG_MAX = 2n ** 63n - 1n;

/** Whether a text names a job as DLI does: a 64-bit integer. */
export const isDliId = (text: string): boolean =>
  /^(0|[1-9]\d{0,18})$/.test(text) && BigInt(text) <= LONG_MAX;

/** Numbers, or the same as strings, which some clients send. */
const jobIds = v.pipe(
  v.array(
    v.pipe(
      v.union([
        v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
        v.pipe(v.bigint(), v.minValue(0n), v.maxValue(LONG_MAX)),
        v.pipe(v.string(), v.check(isDliId)),
      ]),
      v.transform(String),
    ),
  ),
  v.minLength(1),
);
const flagValue = v.nullish(v.boolean());

const invalid = (field: string): Reading => ({
  ok: false,
  refusal: errorReply(400, 'DLI.0001', `Parameter check errors occur: invalid ${field}.`),
});

const objectIn = (body: string): JsonObject | undefined => {
  const parsed = parseJson(body);
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
};

const readFor =
  (flag: string | undefined) =>
  (text: string): Reading => {
    const body = objectIn(text);
    if (body === undefined) return invalid('request body');
    const ids = v.safeParse(jobIds, body.job_ids);
    if (!ids.success) return invalid('job_ids');
    if (flag === undefined)
      return { ok: true, asked: { ids: ids.output, options: {}, jobOptions: new Map() } };
    const value = v.safeParse(flagValue, body[flag]);
    if (!value.success) return invalid(flag);
    const options: JobOptions = typeof value.output === 'boolean' ? { [flag]: value.output } : {};
    return { ok: true, asked: { ids: ids.output, options, jobOptions: new Map() } };
  };

/** Codes of the vendor's error page that fit; which of them it sends for which job is not verified. */
const TROUBLES: Readonly<Record<Trouble, { readonly code: string; readonly message: string }>> = {
  missing: { code: 'DLI.0002', message: 'The job does not exist.' },
  'wrong-state': { code: 'DLI.0007', message: 'The job status does not allow the operation.' },
};

/** `is_success` is a string in every one of the vendor's examples, though its table says Boolean. */
const elementOf = (delivered: string, { trouble }: Row) =>
  trouble === undefined
    ? { is_success: 'true', message: delivered }
    : { is_success: 'false', message: TROUBLES[trouble].message };

const errorOf = (trouble: Trouble) => ({
  error_code: TROUBLES[trouble].code,
  error_msg: TROUBLES[trouble].message,
});

/** One element for many jobs: the first failure if there is one. */
const summaryOf = (delivered: string, rows: readonly Row[]) =>
  elementOf(delivered, rows.find(({ trouble }) => trouble !== undefined) ?? { id: '' });

type Render = (rows: readonly Row[], delivered: string) => Reply;

const perJob: Render = (rows, delivered) =>
  json(
    200,
    rows.map((row) => elementOf(delivered, row)),
  );

const RENDERS: Readonly<Record<DliShape, Render>> = {
  'per-job': perJob,
  'one-element': (rows, delivered) => json(200, [summaryOf(delivered, rows)]),
  'bare-object': (rows, delivered) => json(200, summaryOf(delivered, rows)),
  short: (rows, delivered) => perJob(rows.slice(0, -1), delivered),
  long: (rows, delivered) => perJob([...rows, { id: '' }], delivered),
  boolean: (rows, delivered) =>
    json(
      200,
      rows.map((row) => ({
        ...elementOf(delivered, row),
        is_success: row.trouble === undefined,
      })),
    ),
  'error-array': (rows, delivered) =>
    json(
      rows.some(({ trouble }) => trouble !== undefined) ? 400 : 200,
      rows.map((row) =>
        row.trouble === undefined ? elementOf(delivered, row) : errorOf(row.trouble),
      ),
    ),
  html: () => htmlReply,
  empty: (rows, delivered) => emptied(perJob(rows, delivered)),
};

const isDliShape = (shape: Shape): shape is DliShape => Object.hasOwn(RENDERS, shape);

export interface DliOperation extends Pick<SimulatedOperation, 'path'> {
  /** The one option of a call, if it has one. */
  readonly flag?: string;
  /** What the reply says of a job that was served. */
  readonly delivered: string;
  readonly law: Law;
}

/** An operation of DLI: a POST with `job_ids`, and a reply that names no job. */
export const dliOperation = ({ path, flag, delivered, law }: DliOperation): SimulatedOperation => ({
  service: 'dli',
  method: 'POST',
  path,
  read: readFor(flag),
  answer: (rows, shape) => RENDERS[isDliShape(shape) ? shape : 'per-job'](rows, delivered),
  /** An array, as the live service sends it; the pages promise a single object. */
  refuse: (trouble) => json(400, [{ ...errorOf(trouble), error_code: 'DLI.0001' }]),
  law,
});

/**
 * `GET …/streaming/jobs/{id}`. The id is written digit for digit, as the 64-bit number that it is. In the vendor's example
 * a job that was never started has a null for the time of it.
 */
export const jobDetail = (
  id: string,
  { status, createdAt, startedAt }: Shown & Pick<JobState, 'createdAt'>,
): Reply => {
  const others = {
    status,
    status_desc: '',
    create_time: Math.floor(createdAt),
    start_time: startedAt === null ? null : Math.floor(startedAt),
  };
  const detail = `{"job_id":${id},${JSON.stringify(others).slice(1)}`;
  return jsonText(200, `{"is_success":"true","message":"","job_detail":${detail}}`);
};

export const noSuchJob: Reply = json(400, errorOf('missing'));

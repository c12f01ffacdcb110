import * as v from 'valibot';
import { parseJson } from '../../../../shared/json/json.ts';
import type { Reading, Row, SimulatedOperation, Trouble } from '../../endpoint.ts';
import type { JobOptions, Law } from '../../job-law.ts';
import { emptied, errorReply, htmlReply, json, type Reply } from '../../reply.ts';
import type { DrsShape, Shape } from '../../vocabulary.ts';

/** DRS's words, after the vendor's page "Starting Tasks in Batches" and its neighbour on statuses in batches. */

const jobId = v.pipe(v.string(), v.nonEmpty());

/** An option that may be left out, or null. */
export const flag = v.nullish(v.boolean());

const invalid = (what: string): Reply =>
  errorReply(400, 'DRS.M00200', `Invalid parameter: ${what}.`);

const valueIn = (body: string): unknown => {
  const parsed = parseJson(body);
  return parsed.ok ? parsed.value : undefined;
};

/** The options that were given: what is empty or null is absent. */
const givenIn = (options: Readonly<Record<string, unknown>>): JobOptions =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === 'boolean' || (typeof value === 'string' && value !== '')
        ? [[name, value]]
        : [],
    ),
  );

/** Reads `{"jobs": [{"job_id": "…", …}]}`. Unknown fields are ignored, as the vendor does. */
const readFor = (job: v.ObjectEntries) => {
  const info = v.object({ ...job, job_id: jobId });
  const schema = v.object({ jobs: v.pipe(v.array(info), v.minLength(1)) });
  return (body: string): Reading => {
    const request = v.safeParse(schema, valueIn(body));
    if (!request.success)
      return { ok: false, refusal: invalid(v.getDotPath(request.issues[0]) ?? 'request body') };
    const jobs = request.output.jobs.map(
      ({ job_id, ...options }) => [job_id, givenIn(options)] as const,
    );
    const ids = jobs.map(([id]) => id);
    if (new Set(ids).size < ids.length)
      return { ok: false, refusal: errorReply(400, 'DRS.M00301', 'Duplicate task IDs.') };
    const optioned = jobs.filter(([, options]) => Object.keys(options).length > 0);
    return { ok: true, asked: { ids, options: {}, jobOptions: new Map(optioned) } };
  };
};

const TROUBLES: Readonly<Record<Trouble, { readonly code: string; readonly message: string }>> = {
  missing: { code: 'DRS.M05003', message: 'The task does not exist.' },
  'wrong-state': {
    code: 'DRS.M00304',
    message: 'The operation is not allowed in the current task status.',
  },
};

const errorOf = (trouble: Trouble) => ({
  error_code: TROUBLES[trouble].code,
  error_msg: TROUBLES[trouble].message,
});

const listed = ({ id, trouble }: Row) =>
  trouble === undefined ? { id, status: 'success' } : { id, status: 'failed', ...errorOf(trouble) };

/** `status` is optional in every model of the vendor's. */
const withoutStatus = ({ id, trouble }: Row) =>
  trouble === undefined ? { id, status: 'success' } : { id, ...errorOf(trouble) };

type Render = (rows: readonly Row[]) => Reply;

const underResults = (status: number, rows: readonly Row[]): Reply =>
  json(status, { results: rows.map(listed), count: rows.length });

const RENDERS: Readonly<Record<DrsShape, Render>> = {
  results: (rows) => underResults(202, rows),
  jobs: (rows) => json(202, { jobs: rows.map(listed), count: rows.length }),
  both: (rows) =>
    json(202, { results: rows.map(listed), jobs: rows.map(listed), count: rows.length }),
  'status-200': (rows) => underResults(200, rows),
  // Reversed, since a random order would now and then be the order asked.
  shuffled: (rows) => underResults(202, rows.toReversed()),
  'code-alone': (rows) =>
    json(rows.some(({ trouble }) => trouble !== undefined) ? 400 : 202, {
      results: rows.map(withoutStatus),
      count: rows.length,
    }),
  html: () => htmlReply,
  empty: (rows) => emptied(underResults(202, rows)),
};

const isDrsShape = (shape: Shape): shape is DrsShape => Object.hasOwn(RENDERS, shape);

export interface DrsOperation extends Pick<SimulatedOperation, 'method' | 'path'> {
  /** What may stand beside the id of a task. */
  readonly job: v.ObjectEntries;
  readonly law: Law;
}

/** An operation of DRS: `jobs` with an id each, and a reply that names every task. */
export const drsOperation = ({ method, path, job, law }: DrsOperation): SimulatedOperation => ({
  service: 'drs',
  method,
  path,
  read: readFor(job),
  answer: (rows, shape) => RENDERS[isDrsShape(shape) ? shape : 'results'](rows),
  refuse: (trouble) => errorReply(400, TROUBLES[trouble].code, TROUBLES[trouble].message),
  law,
});

const pageNumber = v.pipe(v.number(), v.safeInteger());

const statusRequest = v.object({
  jobs: v.pipe(v.array(jobId), v.minLength(1)),
  page_req: v.nullish(
    v.object({
      cur_page: v.nullish(v.pipe(pageNumber, v.minValue(0)), 1),
      per_page: v.nullish(v.pipe(pageNumber, v.minValue(0), v.maxValue(100)), 5),
    }),
    {},
  ),
});

/** The tasks that a request for statuses names. */
export const askedIds = (body: string): readonly string[] => {
  const request = v.safeParse(statusRequest, valueIn(body));
  return request.success ? request.output.jobs : [];
};

/**
 * `POST …/jobs/batch-status`: `{jobs: [id…], page_req: {cur_page, per_page}}`. A page holds 5 rows unless told
 * otherwise, and 0 means all of them; clients then send page 0 too, which is the first. `count` is that of all jobs asked for.
 */
export const listStatuses = (body: string, statusOf: (id: string) => string | undefined): Reply => {
  const request = v.safeParse(statusRequest, valueIn(body));
  if (!request.success) return invalid(v.getDotPath(request.issues[0]) ?? 'request body');
  const { jobs, page_req: page } = request.output;
  const start = Math.max(0, page.cur_page - 1) * page.per_page;
  const shown = page.per_page === 0 ? jobs : jobs.slice(start, start + page.per_page);
  const results = shown.map((id) => {
    const status = statusOf(id);
    const { code, message } = TROUBLES.missing;
    return status === undefined ? { id, error_code: code, error_message: message } : { id, status };
  });
  return json(200, { results, count: jobs.length });
};

import type { ListedJob } from '../../jobs.ts';
import { errorReply, jsonText, type Reply } from '../../reply.ts';

/** The most that the vendor's page "Querying the Job List" allows, and what it takes if none is asked for. */
const LONGEST_PAGE = 100;
const USUAL_PAGE = 10;

export interface AskedPage {
  readonly limit: number;
  readonly offset: number;
  readonly isDescending: boolean;
}

const numberIn = (query: URLSearchParams, name: string, otherwise: number): number => {
  const text = query.get(name);
  return text === null ? otherwise : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
};

/** Undefined: a parameter is no number, or too large. */
export const askedPage = (text: string): AskedPage | undefined => {
  const query = new URLSearchParams(text);
  const limit = numberIn(query, 'limit', USUAL_PAGE);
  const offset = numberIn(query, 'offset', 0);
  if (!(limit <= LONGEST_PAGE) || Number.isNaN(offset)) return undefined;
  return { limit, offset, isDescending: query.get('order') !== 'asc' };
};

/** The jobs of one page. `jobs`: the oldest first. */
export const pageOf = (
  jobs: readonly ListedJob[],
  { limit, offset, isDescending }: AskedPage,
): readonly ListedJob[] => (isDescending ? jobs.toReversed() : jobs).slice(offset, offset + limit);

const rowOf = ({ id, status, createdAt, startedAt }: ListedJob): string => {
  const others = {
    name: `job_${id}`,
    desc: '',
    job_type: 'flink_opensource_sql_job',
    status,
    status_desc: '',
    create_time: Math.floor(createdAt),
    start_time: Math.floor(startedAt ?? 0),
    sql_body: '',
  };
  return `{"job_id":${id},${JSON.stringify(others).slice(1)}`;
};

/**
 * `GET …/streaming/jobs`. Ids are written digit for digit. The start time of a job that was never started is 0, unlike in
 * its detail.
 */
export const jobPage = (total: number, jobs: readonly ListedJob[]): Reply => {
  const list = `{"total_count":${total},"jobs":[${jobs.map(rowOf).join(',')}]}`;
  return jsonText(
    200,
    `{"is_success":"true","message":"The job list is queried successfully.","job_list":${list}}`,
  );
};

export const noSuchPage: Reply = errorReply(
  400,
  'DLI.0001',
  'Parameter check errors occur: invalid limit or offset.',
);

import { isObject, type Json } from '../../json/json.ts';
import { bodyOf } from '../../reply/reply.ts';
import type { JobList } from '../operation.ts';
import { type Sighting, told } from '../sighting.ts';

/** The most that the service takes as `limit`. */
const PAGE_ROWS = 100;

/** A reply's numbers may be rounded beyond 2^53, so a job with such an id counts as not listed (promise P9). */
const idOf = (id: Json | undefined): string | undefined => {
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : undefined;
};

const rowOf = (row: Json): readonly (readonly [string, Sighting])[] => {
  if (!isObject(row) || typeof row.status !== 'string') return [];
  const id = idOf(row.job_id);
  return id === undefined ? [] : [[id, told(row.status.toLowerCase(), Number(row.start_time))]];
};

/**
 * Pages of "Querying the Job List" (dli_02_0234; docs/upstream.md §4). It lists the current user's jobs alone. In ascending
 * order a new job comes last, so that it moves no other to another page.
 */
export const list: JobList = {
  pageRows: PAGE_ROWS,
  request: (project, offset) => ({
    service: 'dli',
    project,
    method: 'GET',
    path: `/v1.0/${project}/streaming/jobs?limit=${PAGE_ROWS}&offset=${offset}&order=asc`,
  }),
  decode: (reply) => {
    const body = bodyOf(reply);
    const page = isObject(body) ? body.job_list : undefined;
    if (!isObject(page) || !Array.isArray(page.jobs)) return undefined;
    const { total_count: total } = page;
    return {
      total: typeof total === 'number' ? total : page.jobs.length,
      sightings: new Map(page.jobs.flatMap(rowOf)),
    };
  },
};

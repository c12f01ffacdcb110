import { isObject, type Json } from '../../json/json.ts';
import { bodyOf } from '../../reply/reply.ts';
import type { Look } from '../operation.ts';
import { MISSING, type Sighting, told } from '../sighting.ts';
import type { DliStatus } from '../statuses.ts';
import { list } from './list.ts';

/** The vendor's codes for a job that does not exist. Source: docs/upstream.md §2. */
export const NOT_FOUND = ['DLI.0002', 'DLI.0023', 'DLI.16001', 'DLI.12004'] as const;

const isNotFound = (code: string): boolean => NOT_FOUND.some((known) => known === code);

/** An error may come as the only element of an array, as it does in answer to a run (docs/upstream.md §0). */
const sightingOf = (body: Json): Sighting | undefined => {
  const only: Json | undefined = Array.isArray(body) && body.length === 1 ? body[0] : body;
  if (isObject(only) && typeof only.error_code === 'string')
    return isNotFound(only.error_code) ? MISSING : undefined;
  const detail = isObject(body) ? body.job_detail : undefined;
  if (!isObject(detail) || typeof detail.status !== 'string') return undefined;
  return told(detail.status.toLowerCase(), Number(detail.start_time));
};

/** Asks for the detail of one job. DLI's list cannot be asked for certain ids. */
export const lookAtDetail: Look = {
  maxJobs: 1,
  request: (project, [job]) => ({
    service: 'dli',
    project,
    method: 'GET',
    path: `/v1.0/${project}/streaming/jobs/${job}`,
  }),
  decode: ([job], reply) => {
    const sighting = sightingOf(bodyOf(reply));
    return new Map(job === undefined || sighting === undefined ? [] : [[job, sighting]]);
  },
};

/** The same. Many jobs may be seen in the list first. */
export const look: Look = { ...lookAtDetail, list };

/** The job stands still. Source: docs/upstream.md §4. */
export const STILL = [
  'job_init',
  'job_submit_fail',
  'job_cancel_success',
  'job_finish',
  'job_arrearage_stopped',
] as const satisfies readonly DliStatus[];

/** The job is being stopped. */
export const STOPPING = [
  'job_canceling',
  'job_savepointing',
] as const satisfies readonly DliStatus[];

/**
 * The job runs, or is on its way there. One that downloads has been submitted. One that recovers from arrears is brought
 * back by the service itself.
 */
export const STARTED = [
  'job_submitting',
  'job_downloading',
  'job_running',
  'job_idle',
  'job_arrearage_recovering',
] as const satisfies readonly DliStatus[];

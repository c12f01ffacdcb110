import { isObject, type JsonObject } from '../../json/json.ts';
import { bodyOf } from '../../reply/reply.ts';
import type { Look } from '../operation.ts';
import { MISSING, type Sighting, told } from '../sighting.ts';
import type { DrsStatus } from '../statuses.ts';
import { idOf, taskRowsOf, textOf } from './rows.ts';

/** Tasks per page of batch-status. The vendor's default is 5. */
const PAGE = 100;

/** The vendor's codes for a task that never existed, or exists no more. Source: docs/upstream.md §2. */
export const NOT_FOUND = ['DRS.M00289', 'DRS.M05003', 'DRS.M05004'] as const;

const isNotFound = (code: string): boolean => NOT_FOUND.some((known) => known === code);

const sightingOf = (element: JsonObject): Sighting | undefined => {
  if (isNotFound(textOf(element.error_code))) return MISSING;
  const status = textOf(element.status).toUpperCase();
  return status === '' ? undefined : told(status);
};

/** Asks for the status of up to a page of tasks. The row of a task that does not exist has an error. */
export const look: Look = {
  maxJobs: PAGE,
  request: (project, jobs) => ({
    service: 'drs',
    project,
    method: 'POST',
    path: `/v3/${project}/jobs/batch-status`,
    body: JSON.stringify({ jobs, page_req: { cur_page: 1, per_page: PAGE } }),
  }),
  decode: (jobs, reply) => {
    const body = bodyOf(reply);
    const sightings = new Map(taskRowsOf(body).map((row) => [idOf(row), sightingOf(row)]));
    // If one task was asked for, an error without rows is about that task.
    const alone = jobs.length === 1 && isObject(body) ? sightingOf(body) : undefined;
    const isMissing = alone?.kind === 'missing';
    return new Map(
      jobs.flatMap((job) => {
        const sighting = isMissing && !sightings.has(job) ? alone : sightings.get(job);
        return sighting === undefined ? [] : [[job, sighting] as const];
      }),
    );
  },
};

/** The task was started, and goes on. Source: docs/upstream.md §4. */
export const STARTED = [
  'STARTJOBING',
  'FULL_TRANSFER_STARTED',
  'FULL_TRANSFER_COMPLETE',
  'INCRE_TRANSFER_STARTED',
  'REBUILD_NODE_STARTED',
  'CHANGE_JOB_STARTED',
  'CHILD_TRANSFER_STARTING',
  'CHILD_TRANSFER_STARTED',
  'CHILD_TRANSFER_COMPLETE',
  'NODE_UPGRADE_START',
  'NODE_UPGRADE_COMPLETE',
] as const satisfies readonly DrsStatus[];

/** The task was started, and has failed since. */
export const FAILED = [
  'START_JOB_FAILED',
  'FULL_TRANSFER_FAILED',
  'INCRE_TRANSFER_FAILED',
  'REBUILD_NODE_FAILED',
  'CHANGE_JOB_FAILED',
  'CHILD_TRANSFER_FAILED',
  'NODE_UPGRADE_FAILED',
] as const satisfies readonly DrsStatus[];

/** The subtask of a started task is being released, or has been. */
export const CHILD_RELEASED = [
  'RELEASE_CHILD_TRANSFER_STARTED',
  'RELEASE_CHILD_TRANSFER_COMPLETE',
] as const satisfies readonly DrsStatus[];

/** "Paused", in both spellings of the vendor's. */
export const PAUSED = ['PAUSING', 'PAUSEING'] as const satisfies readonly DrsStatus[];

/** The task is being ended, or has ended. It may never have been started. */
export const RELEASED = [
  'RELEASE_RESOURCE_STARTED',
  'RELEASE_RESOURCE_FAILED',
  'RELEASE_RESOURCE_COMPLETE',
  'DELETED',
] as const satisfies readonly DrsStatus[];

import * as v from 'valibot';
import type { Job, Operation } from '../operation.ts';
import { isIn, type Sighting } from '../sighting.ts';
import { statusTable } from '../status-table.ts';
import { DRS_STATUSES, type DrsStatus } from '../statuses.ts';
import { CHILD_RELEASED, FAILED, PAUSED, RELEASED, STARTED } from './look.ts';
import { drsOperation, flag } from './service.ts';

const milliseconds = v.pipe(
  v.string('must be a string of milliseconds since 1970'),
  v.regex(/^\d{1,16}$/, 'must be a string of milliseconds since 1970'),
);

/**
 * Whether a task is only initialised, without a transfer, and whether a comparison is made at its end, which is the
 * vendor's default. Source: `StartInfo` of the vendor's SDKs (docs/upstream.md §3).
 */
const flags = { is_only_init_task: flag, is_auto_create_compare: flag };

/**
 * A start is done as soon as the task has left its configuration. A paused task was paused before the start, which had no
 * effect. A task that is being ended may never have been started, and the service refuses to start it. A task that is being
 * created comes to its configuration by itself.
 */
const { effectOf, isThere } = statusTable<DrsStatus>(
  {
    there: [...STARTED, 'WAITING_FOR_START'],
    taken: [...FAILED, ...CHILD_RELEASED],
    none: ['CREATE_FAILED', 'CONFIGURATION', ...PAUSED, ...RELEASED],
    pending: ['CREATING'],
    missing: 'none',
  },
  DRS_STATUSES,
);

/** The task stands still, so that a start which waits for its stop may go. */
const STILL = [
  'CONFIGURATION',
  'CREATE_FAILED',
  ...FAILED,
  ...PAUSED,
  ...RELEASED,
] as const satisfies readonly DrsStatus[];

/**
 * A task waits for its start if the start was put off, or if it is only initialised. Any other task waits before its start:
 * then the start had no effect.
 */
const isTooEarly = (sighting: Sighting, job: Job | undefined): boolean =>
  isIn(['WAITING_FOR_START'], sighting) &&
  job !== undefined &&
  (typeof job === 'string' || !(job.start_time || job.is_only_init_task));

/** Starts replication tasks. Source: the vendor's page "Starting Tasks in Batches". A repeat may pay an order again. */
export const drsStart: Operation = drsOperation({
  name: 'drs.start',
  method: 'POST',
  path: '/v3/{project_id}/jobs/batch-starting',
  jobOptions: { start_time: v.optional(milliseconds), ...flags },
  // "If this parameter is left empty, the task is started immediately."
  vendorOptions: {
    start_time: v.optional(v.union([v.literal(''), milliseconds], milliseconds.message)),
    ...flags,
  },
  restart: {
    after: 'drs.stop',
    readyAt: (sighting) => sighting.kind === 'missing' || isIn(STILL, sighting),
    // A pause under way has no status of its own: a task that still runs does not show that its stop has failed.
    failedAt: () => false,
  },
  answerStatus: 202,
  repeatHarms: () => true,
  effectOf: (sighting, _, job) => (isTooEarly(sighting, job) ? 'none' : effectOf(sighting)),
  isThere: (sighting, job) => isThere(sighting) && !isTooEarly(sighting, job),
});

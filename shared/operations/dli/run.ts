import type { Effect, Operation } from '../operation.ts';
import { isIn, type Sighting } from '../sighting.ts';
import { statusTable } from '../status-table.ts';
import { DLI_STATUSES, type DliStatus } from '../statuses.ts';
import { STARTED, STILL, STOPPING } from './look.ts';
import { dliOperation } from './service.ts';

/** A start ends by itself in one of these. */
const ENDED = [
  'job_submit_fail',
  'job_running_exception',
  'job_finish',
] as const satisfies readonly DliStatus[];

/** While a job is being stopped, its status cannot tell whether the service took a run for afterwards. */
const { effectOf, isThere } = statusTable<DliStatus>(
  {
    there: STARTED,
    taken: ENDED,
    none: ['job_init', 'job_cancel_success', 'job_cancel_fail', 'job_arrearage_stopped'],
    pending: STOPPING,
    missing: 'none',
  },
  DLI_STATUSES,
);

/** By so much the upstream's clock and ours may differ. */
const CLOCKS_MS = 60_000;

/**
 * A start that failed was a start: only a new intent sends it again. If the job was last started before the request, that
 * earlier start has ended, or goes on. Without a start time the job counts as started by this request. The vendor does not
 * say whether a start that cannot be submitted shows in the time. If it does not, it is sent once more, to no harm.
 */
const effectOfRun = (sighting: Sighting, since: number): Effect => {
  const effect = effectOf(sighting);
  const startedAt = sighting.kind === 'told' ? sighting.startedAt : undefined;
  if (effect !== 'taken' || startedAt === undefined || startedAt >= since - CLOCKS_MS)
    return effect;
  return isIn(ENDED, sighting) ? 'none' : 'earlier';
};

/** Starts Flink jobs, from their savepoints if asked. Source: the vendor's page "Running Jobs in Batches". */
export const dliRun: Operation = dliOperation({
  name: 'dli.run',
  path: '/v1.0/{project_id}/streaming/jobs/run',
  flag: 'resume_savepoint',
  says: {
    'en-us': 'The request for submitting DLI jobs is delivered successfully.',
    'zh-cn': '作业提交请求下发成功',
  },
  restart: {
    after: 'dli.stop',
    // After `job_cancel_fail` the job may still run.
    readyAt: (sighting) =>
      sighting.kind === 'missing' || isIn([...STILL, 'job_running_exception'], sighting),
    // In the other states of a running job Terraform's providers go on waiting for a stop (docs/upstream.md §4).
    failedAt: (sighting) => isIn(['job_running', 'job_idle', 'job_cancel_fail'], sighting),
  },
  repeatHarms: ({ resume_savepoint: resumes }) => resumes === true,
  effectOf: effectOfRun,
  isThere,
});

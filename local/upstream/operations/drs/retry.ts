import { isIn } from '../../job-law.ts';
import { drsOperation, flag } from './service.ts';

/**
 * `{"jobs": [{"job_id": "…", "is_sync_re_edit": true}]}`, for tasks that have failed or are paused. Where a task goes on is
 * our guess.
 */
export const drsRetry = drsOperation({
  method: 'POST',
  path: '/v3/{project}/jobs/batch-retry-task',
  job: { is_sync_re_edit: flag },
  law: {
    unseen: 'INCRE_TRANSFER_FAILED',
    allows: isIn(
      'START_JOB_FAILED',
      'FULL_TRANSFER_FAILED',
      'INCRE_TRANSFER_FAILED',
      'CHILD_TRANSFER_FAILED',
      'PAUSING',
    ),
    starts: true,
    effect: () => ({ effect: 'retry' }),
    steps: (_, __, stepMs) => [
      { afterMs: 0, status: 'STARTJOBING' },
      { afterMs: stepMs(), status: 'INCRE_TRANSFER_STARTED' },
    ],
    failures: { INCRE_TRANSFER_STARTED: 'INCRE_TRANSFER_FAILED' },
  },
});

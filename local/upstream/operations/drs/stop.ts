import * as v from 'valibot';
import { isIn } from '../../job-law.ts';
import { drsOperation } from './service.ts';

/**
 * `{"jobs": [{"job_id": "…", "pause_mode": "target"}]}`. The states in which a task can be paused are those of the vendor's
 * page. That it is paused at once is our guess.
 */
export const drsStop = drsOperation({
  method: 'POST',
  path: '/v3/{project}/jobs/batch-pause-task',
  job: { pause_mode: v.picklist(['target', 'all']) },
  law: {
    unseen: 'INCRE_TRANSFER_STARTED',
    allows: isIn(
      'FULL_TRANSFER_STARTED',
      'FULL_TRANSFER_FAILED',
      'FULL_TRANSFER_COMPLETE',
      'INCRE_TRANSFER_STARTED',
      'INCRE_TRANSFER_FAILED',
    ),
    starts: false,
    effect: () => ({ effect: 'stop' }),
    steps: () => [{ afterMs: 0, status: 'PAUSING' }],
  },
});

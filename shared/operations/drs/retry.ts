import type { Operation } from '../operation.ts';
import { statusTable } from '../status-table.ts';
import { DRS_STATUSES, type DrsStatus } from '../statuses.ts';
import { CHILD_RELEASED, FAILED, PAUSED, RELEASED, STARTED } from './look.ts';
import { drsOperation, flag } from './service.ts';

/**
 * Retries failed replication tasks, and resumes paused ones. Source: the vendor's page "Resuming or Retrying Tasks in
 * Batches" (drs_03_0132). A repeat may do what a second start does, so it waits as long. A task that stands failed or paused
 * is where it was before. If the retry has failed again within that wait, no status tells so, and it is sent once more.
 */
export const drsRetry: Operation = drsOperation({
  name: 'drs.retry',
  method: 'POST',
  path: '/v3/{project_id}/jobs/batch-retry-task',
  jobOptions: { is_sync_re_edit: flag },
  answerStatus: 200,
  repeatHarms: () => true,
  ...statusTable<DrsStatus>(
    {
      there: STARTED,
      none: [
        ...FAILED,
        ...PAUSED,
        ...RELEASED,
        'CREATE_FAILED',
        'CONFIGURATION',
        'WAITING_FOR_START',
      ],
      pending: ['CREATING', ...CHILD_RELEASED],
      missing: 'none',
    },
    DRS_STATUSES,
  ),
});

import * as v from 'valibot';
import type { Operation } from '../operation.ts';
import { statusTable } from '../status-table.ts';
import { DRS_STATUSES, type DrsStatus } from '../statuses.ts';
import { CHILD_RELEASED, FAILED, PAUSED, RELEASED, STARTED } from './look.ts';
import { drsOperation } from './service.ts';

/** `target` stops the replay, `all` the log capture too. The vendor requires it, and has no default. */
const jobOptions = { pause_mode: v.picklist(['target', 'all'], 'must be target or all') };

/**
 * Pauses replication tasks. Source: the vendor's page "Pausing Tasks in Batches" (drs_03_0133). `PAUSING` means paused. No
 * status tells in which mode, so a task that is paused counts as paused as asked. A task that was never started, or has
 * ended, stands still too. One that has failed can still be paused. One that is being started may still heed a stop.
 */
export const drsStop: Operation = drsOperation({
  name: 'drs.stop',
  method: 'POST',
  path: '/v3/{project_id}/jobs/batch-pause-task',
  jobOptions,
  answerStatus: 200,
  repeatHarms: () => false,
  ...statusTable<DrsStatus>(
    {
      there: [...PAUSED, ...RELEASED, 'CONFIGURATION', 'CREATE_FAILED'],
      none: [
        ...STARTED.filter((status) => status !== 'STARTJOBING'),
        ...FAILED,
        ...CHILD_RELEASED,
        'WAITING_FOR_START',
      ],
      pending: ['STARTJOBING', 'CREATING'],
      missing: 'none',
    },
    DRS_STATUSES,
  ),
});

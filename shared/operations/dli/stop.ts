import type { Operation } from '../operation.ts';
import { statusTable } from '../status-table.ts';
import { DLI_STATUSES, type DliStatus } from '../statuses.ts';
import { STILL, STOPPING } from './look.ts';
import { dliOperation } from './service.ts';

/**
 * After `job_cancel_fail` the job may still run. A job that downloads, or recovers from arrears, goes on to run. A job that
 * is being submitted may still heed a stop that came meanwhile.
 */
const tells = statusTable<DliStatus>(
  {
    there: [...STILL, ...STOPPING],
    none: [
      'job_downloading',
      'job_running',
      'job_running_exception',
      'job_idle',
      'job_arrearage_recovering',
      'job_cancel_fail',
    ],
    pending: ['job_submitting'],
    missing: 'none',
  },
  DLI_STATUSES,
);

/**
 * Stops Flink jobs, with a savepoint if asked. Source: the vendor's page "Stopping Jobs in Batches". Its Chinese words are
 * not on record: ours follow those for running.
 */
export const dliStop: Operation = dliOperation({
  name: 'dli.stop',
  path: '/v1.0/{project_id}/streaming/jobs/stop',
  flag: 'trigger_savepoint',
  says: {
    'en-us': 'The request for stopping DLI jobs is delivered successfully.',
    'zh-cn': '作业停止请求下发成功',
  },
  repeatHarms: () => false,
  ...tells,
});

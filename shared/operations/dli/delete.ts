import type { Operation } from '../operation.ts';
import { statusTable } from '../status-table.ts';
import { DLI_STATUSES } from '../statuses.ts';
import { lookAtDetail, NOT_FOUND } from './look.ts';
import { dliOperation } from './service.ts';

/**
 * Deletes Flink jobs in any state. Source: the vendor's page "Deleting Jobs in Batches" (dli_02_0243). Its Chinese words are
 * not on record: ours follow those for running. No status says that a job is being deleted, so only a job that is gone is
 * deleted. A repeat does no harm: an id is never used again.
 */
export const dliDelete: Operation = dliOperation({
  name: 'dli.delete',
  path: '/v1.0/{project_id}/streaming/jobs/delete',
  says: { 'en-us': 'The job is deleted successfully.', 'zh-cn': '作业删除成功' },
  doneCodes: NOT_FOUND,
  // A row cannot show that a job is gone.
  look: lookAtDetail,
  repeatHarms: () => false,
  ...statusTable({ there: [], none: DLI_STATUSES, missing: 'there' }, DLI_STATUSES),
});

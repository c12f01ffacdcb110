import * as v from 'valibot';
import type { Job, Operation } from '../operation.ts';
import { statusTable } from '../status-table.ts';
import { DRS_STATUSES, type DrsStatus } from '../statuses.ts';
import { NOT_FOUND } from './look.ts';
import { drsOperation } from './service.ts';

/** The vendor requires it: stop and delete are one endpoint. */
const jobOptions = {
  delete_type: v.picklist(
    ['terminate', 'force_terminate', 'delete'],
    'must be terminate, force_terminate or delete',
  ),
};

const ENDED = [
  'RELEASE_RESOURCE_STARTED',
  'RELEASE_RESOURCE_COMPLETE',
] as const satisfies readonly DrsStatus[];

const othersThan = (...statuses: readonly DrsStatus[]): readonly DrsStatus[] =>
  DRS_STATUSES.filter((status) => !statuses.includes(status));

/** A task that is being ended has heeded the request. After `RELEASE_RESOURCE_FAILED` it may be ended again. */
const ofEnd = statusTable<DrsStatus>(
  { there: [...ENDED, 'DELETED'], none: othersThan(...ENDED, 'DELETED'), missing: 'there' },
  DRS_STATUSES,
);

const ofDelete = statusTable<DrsStatus>(
  { there: ['DELETED'], none: othersThan('DELETED'), missing: 'there' },
  DRS_STATUSES,
);

/** A job without options comes from no request: it counts as deleted only when it is gone. */
const tableFor = (job: Job | undefined) =>
  job === undefined || typeof job === 'string' || job.delete_type === 'delete' ? ofDelete : ofEnd;

/**
 * Ends replication tasks, or deletes ended ones. Source: the vendor's page "Stopping or Deleting Tasks in Batches"
 * (drs_03_0113), a DELETE with a body. A repeat does no harm: an id is never used again.
 */
export const drsDelete: Operation = drsOperation({
  name: 'drs.delete',
  method: 'DELETE',
  path: '/v3/{project_id}/jobs/batch-jobs',
  jobOptions,
  answerStatus: 202,
  doneCodes: NOT_FOUND,
  repeatHarms: () => false,
  effectOf: (sighting, _, job) => tableFor(job).effectOf(sighting),
  isThere: (sighting, job) => tableFor(job).isThere(sighting),
});

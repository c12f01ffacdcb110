import * as v from 'valibot';
import { GONE, isIn } from '../../job-law.ts';
import { drsOperation } from './service.ts';

/** "Only tasks in these states can be deleted. To delete a task in other states, stop the task first." */
const isEnded = isIn(
  'CREATE_FAILED',
  'RELEASE_RESOURCE_COMPLETE',
  'RELEASE_CHILD_TRANSFER_COMPLETE',
);

const isEnding = isIn('RELEASE_RESOURCE_STARTED', 'RELEASE_RESOURCE_COMPLETE');

/** `{"jobs": [{"delete_type": "terminate", "job_id": "…"}]}`, the body of a DELETE. */
export const drsDelete = drsOperation({
  method: 'DELETE',
  path: '/v3/{project}/jobs/batch-jobs',
  job: { delete_type: v.picklist(['terminate', 'force_terminate', 'delete']) },
  law: {
    unseen: 'RELEASE_RESOURCE_COMPLETE',
    allows: (job, { delete_type: kind }) => (kind === 'delete' ? isEnded(job) : !isEnding(job)),
    starts: false,
    effect: (_, { delete_type: kind }) => ({ effect: kind === 'delete' ? 'delete' : 'end' }),
    steps: ({ delete_type: kind }, _, stepMs) =>
      kind === 'delete'
        ? [{ afterMs: 0, status: GONE }]
        : [
            { afterMs: 0, status: 'RELEASE_RESOURCE_STARTED' },
            { afterMs: stepMs(), status: 'RELEASE_RESOURCE_COMPLETE' },
          ],
  },
});

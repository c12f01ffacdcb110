import { GONE } from '../../job-law.ts';
import { dliOperation } from './service.ts';

/** `{"job_ids": [12, 232]}`. "This API is used to batch delete jobs at any state." */
export const dliDelete = dliOperation({
  path: '/v1.0/{project}/streaming/jobs/delete',
  delivered: 'The job is deleted successfully.',
  law: {
    unseen: 'job_init',
    allows: () => true,
    starts: false,
    effect: () => ({ effect: 'delete' }),
    steps: () => [{ afterMs: 0, status: GONE }],
  },
});

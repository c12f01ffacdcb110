import { isIn } from '../../job-law.ts';
import { dliOperation } from './service.ts';

/**
 * `{"job_ids": [131, 130], "resume_savepoint": true}`. The vendor says that a resumed savepoint is gone once the job runs.
 * That a run without a savepoint starts afresh is our guess.
 */
export const dliRun = dliOperation({
  path: '/v1.0/{project}/streaming/jobs/run',
  flag: 'resume_savepoint',
  delivered: 'The request for submitting DLI jobs is delivered successfully.',
  law: {
    unseen: 'job_init',
    hasSavepoint: ({ resume_savepoint: resumes }) => resumes === true,
    allows: isIn(
      'job_init',
      'job_cancel_success',
      'job_submit_fail',
      'job_running_exception',
      'job_finish',
    ),
    starts: true,
    effect: ({ savepoint }, { resume_savepoint: resumes }) =>
      resumes ? { effect: 'run', resumed: savepoint } : { effect: 'run' },
    steps: ({ resume_savepoint: resumes }, _, stepMs) => [
      { afterMs: 0, status: 'job_submitting' },
      { afterMs: stepMs(), status: 'job_running', ...(resumes && { savepoint: false }) },
    ],
    failures: { job_running: 'job_submit_fail' },
    ends: ['job_finish', 'job_running_exception'],
  },
});

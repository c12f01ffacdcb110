import { isIn, type JobOptions, type Manner } from '../../job-law.ts';
import { dliOperation } from './service.ts';

/** How long a savepoint is tried that fails. */
const SAVEPOINT_TRIED_MS = 2_000;

/** The savepoint fails, and the job runs on: Flink declines checkpoints of a job under load. */
const isDeclined = ({ trigger_savepoint: saves }: JobOptions, { declineStop }: Manner): boolean =>
  declineStop && saves === true;

/** `{"job_ids": [128, 137], "trigger_savepoint": false}`. A job whose stop failed may still run, so it may be stopped again. */
export const dliStop = dliOperation({
  path: '/v1.0/{project}/streaming/jobs/stop',
  flag: 'trigger_savepoint',
  delivered: 'The request for stopping DLI jobs is delivered successfully.',
  law: {
    unseen: 'job_running',
    allows: isIn('job_running', 'job_idle', 'job_running_exception', 'job_cancel_fail'),
    starts: false,
    effect: (_, options, manner) =>
      isDeclined(options, manner)
        ? undefined
        : { effect: 'stop', ...(options.trigger_savepoint && { savepoint: true }) },
    steps: (options, _, stepMs, manner) => {
      const { trigger_savepoint: saves } = options;
      if (isDeclined(options, manner))
        return [
          { afterMs: 0, status: 'job_savepointing' },
          { afterMs: SAVEPOINT_TRIED_MS, status: 'job_running' },
        ];
      if (!saves)
        return [
          { afterMs: 0, status: 'job_canceling' },
          { afterMs: stepMs(), status: 'job_cancel_success' },
        ];
      return [
        { afterMs: 0, status: 'job_savepointing' },
        { afterMs: stepMs(), status: 'job_canceling', savepoint: true },
        { afterMs: stepMs(), status: 'job_cancel_success' },
      ];
    },
    // The savepoint is declined, and the job runs on; or the job cannot be stopped.
    failures: { job_canceling: 'job_running', job_cancel_success: 'job_cancel_fail' },
  },
});

import type { OperationName } from '../../../shared/core/operation.ts';

/** States in which a job is where an operation would bring it, or on the way there. */
export const WISHED: Readonly<Record<OperationName, ReadonlySet<string>>> = {
  'dli.run': new Set(['job_submitting', 'job_running', 'job_submit_fail', 'job_finish']),
  'dli.stop': new Set([
    'job_init',
    'job_savepointing',
    'job_canceling',
    'job_cancel_success',
    'job_finish',
    'job_submit_fail',
  ]),
  'drs.start': new Set(['STARTJOBING', 'FULL_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED']),
};

import type { OperationName } from '../../../shared/operations/operation.ts';

/**
 * What a status tells of an operation, from the vendor's list of statuses (docs/upstream.md §4), and from nothing that
 * the code under test says of it.
 */
interface Statuses {
  /** The job is where the operation would bring it, or on its way there, whoever has brought it there. */
  readonly there: ReadonlySet<string>;
  /** So ends what the operation began: it tells of it only where it began something. */
  readonly ended: ReadonlySet<string>;
  /** The operation evidently had no effect. */
  readonly untouched: ReadonlySet<string>;
}

export const STATUSES: Readonly<Record<OperationName, Statuses>> = {
  'dli.run': {
    there: new Set([
      'job_submitting',
      'job_downloading',
      'job_running',
      'job_idle',
      'job_arrearage_recovering',
    ]),
    ended: new Set(['job_submit_fail', 'job_running_exception', 'job_finish']),
    untouched: new Set([
      'missing',
      'job_init',
      'job_cancel_success',
      'job_cancel_fail',
      'job_arrearage_stopped',
    ]),
  },
  'dli.stop': {
    there: new Set([
      'job_init',
      'job_savepointing',
      'job_canceling',
      'job_cancel_success',
      'job_submit_fail',
      'job_finish',
      'job_arrearage_stopped',
    ]),
    // Nobody says whether `job_running_exception` is an end, or a trouble that a stop would end.
    ended: new Set(),
    untouched: new Set([
      'missing',
      'job_submitting',
      'job_downloading',
      'job_running',
      'job_idle',
      'job_arrearage_recovering',
      'job_cancel_fail',
    ]),
  },
  'drs.start': {
    there: new Set([
      'STARTJOBING',
      'FULL_TRANSFER_STARTED',
      'FULL_TRANSFER_COMPLETE',
      'INCRE_TRANSFER_STARTED',
      'CHILD_TRANSFER_STARTED',
    ]),
    ended: new Set(['START_JOB_FAILED', 'REBUILD_NODE_FAILED']),
    untouched: new Set(['missing', 'CONFIGURATION', 'RELEASE_RESOURCE_STARTED']),
  },
};

const UNDER_WAY: readonly string[] = ['job_savepointing', 'job_canceling'];

/** States in which a job may have come to rest, or never left it. */
export const isAtRest = (status: string): boolean =>
  status === 'job_running_exception' ||
  (STATUSES['dli.stop'].there.has(status) && !UNDER_WAY.includes(status));

import type { OperationName } from './vocabulary.ts';

/** The options that one request sets for a job, per call or per job. */
export interface JobOptions {
  readonly resume_savepoint?: boolean;
  readonly trigger_savepoint?: boolean;
  readonly start_time?: string;
  readonly is_only_init_task?: boolean;
  readonly is_auto_create_compare?: boolean;
}

/** What really happened to a job, as against what was asked or answered. */
export interface Effect {
  readonly at: number;
  readonly effect: 'run' | 'stop' | 'start';
  /** For a run that asked to resume: whether there was a savepoint to resume from. */
  readonly resumed?: boolean;
  /** For a stop that made a savepoint. */
  readonly savepoint?: true;
  /** For a start that initialised the task, and began no transfer. */
  readonly onlyInitialised?: true;
}

/** A state that a job comes into at a time, and what becomes of its savepoint then. */
export interface Phase {
  readonly from: number;
  readonly status: string;
  readonly savepoint?: boolean;
}

/** What there is to know of one job. */
export interface JobState {
  status: string;
  savepoint: boolean;
  /** When it came into being, which is when somebody first asked for it. */
  readonly createdAt: number;
  /** When it was last started; null if it never was. */
  startedAt: number | null;
  /** The states that it has yet to come into. */
  ahead: readonly Phase[];
  effects: readonly Effect[];
}

/** How an operation moves a job, in steps of `step` milliseconds. */
export interface Law {
  /** The state of a job that nobody asked for before: the one that makes this request sensible. */
  readonly unseen: string;
  readonly allowedIn: readonly string[];
  readonly effect: (job: JobState, options: JobOptions) => Omit<Effect, 'at'>;
  readonly phases: (options: JobOptions, at: number, step: number) => readonly Phase[];
}

/**
 * The states are the vendor's. That a resumed savepoint is gone once the job runs is the vendor's too; that a run
 * without a savepoint to resume from starts afresh is our guess, and so is that a task which was only initialised waits for
 * its start.
 */
export const LAWS: Readonly<Record<OperationName, Law>> = {
  'dli.run': {
    unseen: 'job_init',
    allowedIn: ['job_init', 'job_cancel_success'],
    effect: (job, { resume_savepoint: resumes }) =>
      resumes ? { effect: 'run', resumed: job.savepoint } : { effect: 'run' },
    phases: ({ resume_savepoint: resumes }, at, step) => [
      { from: at, status: 'job_submitting' },
      { from: at + step, status: 'job_running', ...(resumes && { savepoint: false }) },
    ],
  },
  'dli.stop': {
    unseen: 'job_running',
    allowedIn: ['job_running'],
    effect: (_, { trigger_savepoint: saves }) =>
      saves ? { effect: 'stop', savepoint: true } : { effect: 'stop' },
    phases: ({ trigger_savepoint: saves }, at, step) => {
      const cancelAt = saves ? at + step : at;
      return [
        ...(saves ? [{ from: at, status: 'job_savepointing' }] : []),
        { from: cancelAt, status: 'job_canceling', ...(saves && { savepoint: true }) },
        { from: cancelAt + step, status: 'job_cancel_success' },
      ];
    },
  },
  'drs.start': {
    unseen: 'CONFIGURATION',
    allowedIn: ['CONFIGURATION'],
    effect: (_, { is_only_init_task: initialises }) =>
      initialises ? { effect: 'start', onlyInitialised: true } : { effect: 'start' },
    phases: ({ start_time: wished, is_only_init_task: initialises }, at, step) => {
      const startAt = Math.max(at, Number(wished ?? 0));
      const begun = [
        ...(startAt > at ? [{ from: at, status: 'WAITING_FOR_START' }] : []),
        { from: startAt, status: 'STARTJOBING' },
      ];
      if (initialises) return [...begun, { from: startAt + step, status: 'WAITING_FOR_START' }];
      return [
        ...begun,
        { from: startAt + step, status: 'FULL_TRANSFER_STARTED' },
        { from: startAt + 2 * step, status: 'INCRE_TRANSFER_STARTED' },
      ];
    },
  },
};

/** Whether a job's state allows an operation. A task that was only initialised can still be started. */
export const allows = (operation: OperationName, { status, effects }: JobState): boolean =>
  LAWS[operation].allowedIn.includes(status) ||
  (operation === 'drs.start' &&
    status === 'WAITING_FOR_START' &&
    effects.at(-1)?.onlyInitialised === true);

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

/** How the simulator was told to treat a call: late in effect, late in sight, or with a savepoint that fails. */
export interface Manner {
  /** How much later than it is answered the call takes effect. */
  readonly effectLagMs: number;
  /** How much later looks show the states that it brings about. */
  readonly statusLagMs: number;
  /** Whether a stop fails if it has to make a savepoint. */
  readonly declineStop: boolean;
}

/** A call that was accepted and takes effect at a time, if the job's state allows it still. */
export interface Accepted {
  readonly at: number;
  readonly operation: OperationName;
  readonly options: JobOptions;
  readonly manner: Manner;
}

/** What a look shows of a job. */
export interface Shown {
  readonly status: string;
  /** When it was last started; null if it never was. */
  readonly startedAt: number | null;
}

/** What there is to know of one job. */
export interface JobState {
  status: string;
  savepoint: boolean;
  /** When it came into being, which is when a client first asked for it. */
  readonly createdAt: number;
  startedAt: number | null;
  /** The states that it has yet to come into. */
  ahead: readonly Phase[];
  /** The calls that have yet to take effect. */
  accepted: readonly Accepted[];
  effects: readonly Effect[];
  /** How late the states on its way are shown. */
  statusLagMs: number;
  shown: Shown;
  /** What looks will show, from a time on each, and since when it was true. */
  toShow: readonly (Shown & { readonly since: number; readonly from: number })[];
}

/** How an operation moves a job, in steps of `step` milliseconds. */
export interface Law {
  /** The state of a job that no client asked for before: the one that makes this request sensible. */
  readonly unseen: string;
  readonly allowedIn: readonly string[];
  /** Undefined if nothing came of the call. */
  readonly effect: (
    job: JobState,
    options: JobOptions,
    manner: Manner,
  ) => Omit<Effect, 'at'> | undefined;
  readonly phases: (
    options: JobOptions,
    at: number,
    step: number,
    manner: Manner,
  ) => readonly Phase[];
}

/** How long a savepoint is tried that fails. */
const SAVEPOINT_TRIED_MS = 2_000;

/** The savepoint fails, and the job runs on (Flink declines checkpoints of a job under load). */
const isDeclined = ({ trigger_savepoint: saves }: JobOptions, { declineStop }: Manner): boolean =>
  declineStop && saves === true;

/**
 * The states are the vendor's, and so is what may be started and stopped: a job whose stop failed may run still. That a
 * resumed savepoint is gone once the job runs is the vendor's too; that a run without a savepoint to resume from starts
 * afresh is our guess, and so is that a task which was only initialised waits for its start.
 */
export const LAWS: Readonly<Record<OperationName, Law>> = {
  'dli.run': {
    unseen: 'job_init',
    allowedIn: [
      'job_init',
      'job_cancel_success',
      'job_submit_fail',
      'job_running_exception',
      'job_finish',
    ],
    effect: (job, { resume_savepoint: resumes }) =>
      resumes ? { effect: 'run', resumed: job.savepoint } : { effect: 'run' },
    phases: ({ resume_savepoint: resumes }, at, step) => [
      { from: at, status: 'job_submitting' },
      { from: at + step, status: 'job_running', ...(resumes && { savepoint: false }) },
    ],
  },
  'dli.stop': {
    unseen: 'job_running',
    allowedIn: ['job_running', 'job_running_exception', 'job_cancel_fail'],
    effect: (_, options, manner) =>
      isDeclined(options, manner)
        ? undefined
        : { effect: 'stop', ...(options.trigger_savepoint && { savepoint: true }) },
    phases: (options, at, step, manner) => {
      const { trigger_savepoint: saves } = options;
      if (isDeclined(options, manner))
        return [
          { from: at, status: 'job_savepointing' },
          { from: at + SAVEPOINT_TRIED_MS, status: 'job_running' },
        ];
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

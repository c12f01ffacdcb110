import type { OperationName } from './vocabulary.ts';

/** The options that one request sets for a job, per call or per job. */
export type JobOptions = Readonly<Record<string, string | boolean>>;

/** What really happened to a job, as against what was asked or answered. */
export interface Effect {
  readonly at: number;
  /** `run`, `stop`, `start`: what the operation does, in one word. */
  readonly effect: string;
  /** For a run that asked to resume: whether there was a savepoint to resume from. */
  readonly resumed?: boolean;
  /** For a stop that made a savepoint. */
  readonly savepoint?: true;
  /** For a start that initialised the task, and began no transfer. */
  readonly onlyInitialised?: true;
}

/** The status of a job that was deleted: to every client it does not exist. */
export const GONE = 'missing';

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

/** What a law asks of a job. */
export interface JobView {
  readonly status: string;
  readonly savepoint: boolean;
  readonly effects: readonly Pick<Effect, 'onlyInitialised'>[];
}

/** What there is to know of one job. */
export interface JobState extends JobView {
  status: string;
  savepoint: boolean;
  /** When it came into being, which is when a client first asked for it. */
  readonly createdAt: number;
  /** When a client last asked for it. */
  askedAt: number;
  /** Whether it was put into a state by hand. */
  isPut: boolean;
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

/** A state that an operation brings about, so many milliseconds after the one before it. */
export interface Step {
  readonly afterMs: number;
  readonly status: string;
  readonly savepoint?: boolean;
}

/** How an operation moves a job. */
export interface Law {
  /** The state of a job that no client asked for before: the one that makes this request sensible. */
  readonly unseen: string;
  /** Whether a job that no client asked for before has a savepoint. */
  readonly hasSavepoint?: (options: JobOptions) => boolean;
  readonly allows: (job: JobView, options: JobOptions) => boolean;
  /** Whether the operation starts the job, which its detail then tells the time of. */
  readonly starts: boolean;
  /** Undefined if nothing came of the call. */
  readonly effect: (
    job: JobView,
    options: JobOptions,
    manner: Manner,
  ) => Omit<Effect, 'at'> | undefined;
  /** `stepMs` is how long one state on the way takes, drawn for each. */
  readonly steps: (
    options: JobOptions,
    at: number,
    stepMs: () => number,
    manner: Manner,
  ) => readonly Step[];
  /** How a step can fail at the upstream itself: the state in place of the one wished for. Used where histories are drawn. */
  readonly failures?: Readonly<Record<string, string>>;
  /** How a job can end by itself once the operation is done. Used where histories are drawn. */
  readonly ends?: readonly string[];
}

/** A test for a job's status. */
export const isIn =
  (...statuses: readonly string[]) =>
  ({ status }: JobView): boolean =>
    statuses.includes(status);

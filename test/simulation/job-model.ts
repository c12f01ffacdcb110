import type { OperationName } from '../../shared/operations/operation.ts';
import type { Trouble } from './chronicle.ts';
import type { Random } from './random.ts';

interface Phase {
  readonly at: number;
  readonly status: string;
  /** What becomes of the savepoint with it. */
  readonly savepoint?: 'made' | 'used up' | undefined;
  readonly by: string;
  /** Of what a request does at first: it has begun before it shows, and shows then at the latest. */
  readonly showsBy?: number;
}

/** What a look can see. */
interface View {
  readonly status: string;
  readonly startedAt: number | undefined;
}

interface Job {
  status: string;
  /** Who made it. */
  savepoint: string | undefined;
  /** When it was submitted last. */
  startedAt: number | undefined;
  ahead: readonly Phase[];
  /** What a look sees now, and will see: later than it is so. */
  seen: View;
  toSee: readonly (View & { readonly at: number })[];
}

/** What an operation asks of a job's state, and what it makes of it. */
interface Law {
  readonly allowedIn: readonly string[];
  readonly phases: (
    options: Readonly<Record<string, unknown>>,
    step: () => number,
  ) => readonly (readonly [ms: number, status: string, savepoint?: Phase['savepoint']])[];
}

const LAWS: Readonly<Record<OperationName, Law>> = {
  'dli.run': {
    allowedIn: [
      'job_init',
      'job_cancel_success',
      'job_finish',
      'job_submit_fail',
      'job_running_exception',
    ],
    phases: ({ resume_savepoint: resumes }, step) => [
      [0, 'job_submitting'],
      resumes === true ? [step(), 'job_running', 'used up'] : [step(), 'job_running'],
    ],
  },
  'dli.stop': {
    allowedIn: ['job_running', 'job_idle', 'job_running_exception', 'job_cancel_fail'],
    phases: ({ trigger_savepoint: saves }, step) =>
      saves === true
        ? [
            [0, 'job_savepointing'],
            [step(), 'job_canceling', 'made'],
            [step(), 'job_cancel_success'],
          ]
        : [
            [0, 'job_canceling'],
            [step(), 'job_cancel_success'],
          ],
  },
  'drs.start': {
    allowedIn: ['CONFIGURATION'],
    phases: (_, step) => [
      [0, 'STARTJOBING'],
      [step(), 'FULL_TRANSFER_STARTED'],
      [step(), 'INCRE_TRANSFER_STARTED'],
    ],
  },
};

const STOPPING = ['job_savepointing', 'job_canceling'];
const NEVER_STARTED = ['job_init', 'CONFIGURATION'];
const LONG_AGO_MS = 3_600_000;

/** How a job that runs can end by itself. */
const ENDS = ['job_finish', 'job_running_exception'];

/** How a step on the way can go wrong at the upstream itself. */
const FAILURES: Readonly<Record<string, string>> = {
  job_running: 'job_submit_fail',
  job_cancel_success: 'job_cancel_fail',
  // Only after a savepoint that was declined: then the job runs on.
  job_canceling: 'job_running',
};

export interface JobsModelOptions {
  readonly now: () => number;
  readonly random: Random;
  /** The longest that a job stays in one state on its way. */
  readonly stepMs: number;
  readonly jobsFail: () => boolean;
  /** Whether a run is taken while the job is still being stopped: it then starts from nothing. */
  readonly takesEarlyRuns: boolean;
  /** Whether a job that runs comes to its end by itself. */
  readonly jobsEnd: () => boolean;
  /** How late a status is shown, drawn for each. */
  readonly lateBy: () => number;
}

/** Who asks, after how long it takes effect, and when that shows at the latest. */
export interface Asking {
  readonly by: string;
  readonly inMs: number;
  readonly showsBy: number;
}

export type JobsModel = ReturnType<typeof makeJobsModel>;

/** Every job at the upstream, in states that take time. A job that was not added does not exist. */
export const makeJobsModel = ({
  now,
  random,
  stepMs,
  jobsFail,
  jobsEnd,
  takesEarlyRuns,
  lateBy,
}: JobsModelOptions) => {
  const jobs = new Map<string, Job>();
  /** Lets a state show: later than it is so, and not before the states before it. */
  const show = (job: Job, { at: since, showsBy = Number.POSITIVE_INFINITY }: Phase): void => {
    const before = job.toSee.at(-1)?.at ?? 0;
    const at = Math.min(Math.max(before, since + lateBy()), showsBy);
    const view = { at, status: job.status, startedAt: job.startedAt };
    job.toSee = [...job.toSee.map((one) => ({ ...one, at: Math.min(one.at, at) })), view];
  };
  const find = (key: string): Job | undefined => {
    const job = jobs.get(key);
    for (let next = job?.ahead[0]; job && next && next.at <= now(); next = job.ahead[0]) {
      job.ahead = job.ahead.slice(1);
      job.status = next.status;
      if (next.savepoint === 'made') job.savepoint = next.by;
      else if (next.savepoint === 'used up') job.savepoint = undefined;
      if (next.status === 'job_submitting') job.startedAt = next.at;
      show(job, next);
    }
    return job;
  };
  const look = (key: string): View | undefined => {
    const job = find(key);
    if (job === undefined) return undefined;
    job.seen = job.toSee.findLast(({ at }) => at <= now()) ?? job.seen;
    job.toSee = job.toSee.filter(({ at }) => at > now());
    return job.seen;
  };
  /** What the service itself goes by: what it has begun counts, also before it takes effect. */
  const stateOf = ({ ahead: [next], status }: Job): string =>
    next?.showsBy === undefined ? status : next.status;
  const phasesOf = (
    operation: OperationName,
    options: Readonly<Record<string, unknown>>,
    { by, inMs, showsBy }: Asking,
  ): readonly Phase[] => {
    let at = now() + inMs;
    const step = () => random.between(1, stepMs);
    const phases: Phase[] = [];
    for (const [ms, status, savepoint] of LAWS[operation].phases(options, step)) {
      at += ms;
      const isFirst = phases.length === 0;
      const failed = isFirst ? undefined : FAILURES[status];
      const first = isFirst ? { showsBy } : {};
      // A savepoint is used up once the job has restarted, and not before.
      if (failed === undefined || !jobsFail()) phases.push({ at, status, savepoint, by, ...first });
      else return [...phases, { at, status: failed, by }];
    }
    return phases.at(-1)?.status === 'job_running' && jobsEnd()
      ? [...phases, { at: at + step(), status: random.pick(ENDS), by }]
      : phases;
  };

  return {
    add: (key: string, status: string, savepoint: boolean): void => {
      const startedAt = NEVER_STARTED.includes(status) ? undefined : now() - LONG_AGO_MS;
      jobs.set(key, {
        status,
        savepoint: savepoint ? 'somebody' : undefined,
        startedAt,
        ahead: [],
        seen: { status, startedAt },
        toSee: [],
      });
    },
    statusOf: (key: string): string => {
      const job = find(key);
      return job === undefined ? 'missing' : stateOf(job);
    },
    shownStatusOf: (key: string): string => look(key)?.status ?? 'missing',
    shownStartOf: (key: string): number | undefined => look(key)?.startedAt,
    troubleOf: (operation: OperationName, key: string): Trouble | undefined => {
      const job = find(key);
      if (job === undefined) return 'missing';
      const state = stateOf(job);
      const isEarly = operation === 'dli.run' && STOPPING.includes(state);
      const isTaken = LAWS[operation].allowedIn.includes(state) || (isEarly && takesEarlyRuns);
      return isTaken ? undefined : 'wrong state';
    },
    /** Whatever its state: ask for its trouble first. Tells by whom the savepoint was made that the job resumes from. */
    carryOut: (
      operation: OperationName,
      key: string,
      options: Readonly<Record<string, unknown>>,
      asking: Asking,
    ): string | undefined => {
      const job = find(key);
      if (job === undefined) return undefined;
      job.ahead = phasesOf(operation, options, asking);
      const resumes = operation === 'dli.run' && options.resume_savepoint === true;
      const isEarly = STOPPING.includes(stateOf(job));
      const { savepoint } = job;
      find(key);
      return resumes && !isEarly ? savepoint : undefined;
    },
  };
};

import { GONE, type JobOptions, type Manner } from '../../local/upstream/job-law.ts';
import { SIMULATED } from '../../local/upstream/operations/index.ts';
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
  /** What requests did to it. */
  effects: readonly { readonly onlyInitialised?: true }[];
  ahead: readonly Phase[];
  /** What a look sees now, and will see: later than it is so. */
  seen: View;
  toSee: readonly (View & { readonly at: number })[];
}

const STOPPING = ['job_savepointing', 'job_canceling'];
const NEVER_STARTED = ['job_init', 'CONFIGURATION'];
const LONG_AGO_MS = 3_600_000;

/** Nothing is late by the upstream's own will: what is late here is drawn. */
const PLAIN: Manner = { effectLagMs: 0, statusLagMs: 0, declineStop: false };

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
    options: JobOptions,
    { by, inMs, showsBy }: Asking,
  ): readonly Phase[] => {
    const { steps, failures = {}, ends } = SIMULATED[operation].law;
    let at = now() + inMs;
    const stepOf = () => random.between(1, stepMs);
    const phases: Phase[] = [];
    for (const { afterMs, status, savepoint: has } of steps(options, at, stepOf, PLAIN)) {
      at += afterMs;
      const isFirst = phases.length === 0;
      const failed = isFirst ? undefined : failures[status];
      if (failed !== undefined && jobsFail()) return [...phases, { at, status: failed, by }];
      // A savepoint is used up once the job has restarted, and not before.
      const savepoint = has === undefined ? undefined : has ? 'made' : 'used up';
      phases.push({ at, status, savepoint, by, ...(isFirst && { showsBy }) });
    }
    return ends !== undefined && jobsEnd()
      ? [...phases, { at: at + stepOf(), status: random.pick(ends), by }]
      : phases;
  };
  /** A job as the law of an operation looks at it. */
  const viewOf = (job: Job) => ({
    status: stateOf(job),
    savepoint: job.savepoint !== undefined,
    effects: job.effects,
  });

  return {
    add: (key: string, status: string, savepoint: boolean): void => {
      const startedAt = NEVER_STARTED.includes(status) ? undefined : now() - LONG_AGO_MS;
      jobs.set(key, {
        status,
        savepoint: savepoint ? 'somebody' : undefined,
        startedAt,
        effects: [],
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
    /** The ids of all jobs whose keys begin so. A job that is gone is none. */
    idsIn: (prefix: string): readonly string[] =>
      Array.from(jobs.keys())
        .filter((key) => key.startsWith(prefix) && (find(key)?.status ?? GONE) !== GONE)
        .map((key) => key.slice(prefix.length)),
    /** What a row of the list shows: what a look does, or at once what is so. */
    rowOf: (key: string, isAhead: boolean): View => {
      const shown = look(key) ?? { status: GONE, startedAt: undefined };
      const job = isAhead ? jobs.get(key) : undefined;
      return job === undefined ? shown : { status: job.status, startedAt: job.startedAt };
    },
    shownStartOf: (key: string): number | undefined => look(key)?.startedAt,
    troubleOf: (
      operation: OperationName,
      key: string,
      options: JobOptions,
    ): Trouble | undefined => {
      const job = find(key);
      if (job === undefined || stateOf(job) === GONE) return 'missing';
      const { law } = SIMULATED[operation];
      const isEarly = law.ends !== undefined && STOPPING.includes(stateOf(job));
      const isTaken = law.allows(viewOf(job), options) || (isEarly && takesEarlyRuns);
      return isTaken ? undefined : 'wrong state';
    },
    /** Whatever its state: ask for its trouble first. Tells by whom the savepoint was made that the job resumes from. */
    carryOut: (
      operation: OperationName,
      key: string,
      options: JobOptions,
      asking: Asking,
    ): string | undefined => {
      const job = find(key);
      if (job === undefined) return undefined;
      const { law } = SIMULATED[operation];
      const effect = law.effect(viewOf(job), options, PLAIN);
      job.effects = [...job.effects, ...(effect === undefined ? [] : [effect])];
      job.ahead = phasesOf(operation, options, asking);
      const resumes = law.hasSavepoint?.(options) === true;
      const isEarly = STOPPING.includes(stateOf(job));
      const { savepoint } = job;
      find(key);
      return resumes && !isEarly ? savepoint : undefined;
    },
  };
};

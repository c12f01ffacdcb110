import type { OperationName } from '../../shared/core/operation.ts';
import type { Trouble } from './chronicle.ts';
import type { Random } from './random.ts';

interface Phase {
  readonly at: number;
  readonly status: string;
  /** What becomes of the savepoint with it. */
  readonly savepoint?: 'made' | 'used up' | undefined;
  readonly by: string;
}

interface Job {
  status: string;
  /** Who made it. */
  savepoint: string | undefined;
  /** When it was submitted last. */
  startedAt: number | undefined;
  ahead: readonly Phase[];
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
    allowedIn: ['job_running', 'job_idle', 'job_cancel_fail'],
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
}

/** Who asks, and how long nothing shows of it. */
export interface Asking {
  readonly by: string;
  readonly inMs: number;
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
}: JobsModelOptions) => {
  const jobs = new Map<string, Job>();
  const find = (key: string): Job | undefined => {
    const job = jobs.get(key);
    for (let next = job?.ahead[0]; job && next && next.at <= now(); next = job.ahead[0]) {
      job.ahead = job.ahead.slice(1);
      job.status = next.status;
      if (next.savepoint === 'made') job.savepoint = next.by;
      else if (next.savepoint === 'used up') job.savepoint = undefined;
      if (next.status === 'job_submitting') job.startedAt = next.at;
    }
    return job;
  };
  const phasesOf = (
    operation: OperationName,
    options: Readonly<Record<string, unknown>>,
    { by, inMs }: Asking,
  ): readonly Phase[] => {
    let at = now() + inMs;
    const step = () => random.between(1, stepMs);
    const phases = LAWS[operation].phases(options, step).map(([ms, status, savepoint]): Phase => {
      at += ms;
      const failed = FAILURES[status];
      // A savepoint is used up once the job has restarted, and not before.
      return failed !== undefined && jobsFail()
        ? { at, status: failed, by }
        : { at, status, savepoint, by };
    });
    return phases.at(-1)?.status === 'job_running' && jobsEnd()
      ? [...phases, { at: at + step(), status: random.pick(ENDS), by }]
      : phases;
  };

  return {
    add: (key: string, status: string, savepoint: boolean): void => {
      jobs.set(key, {
        status,
        savepoint: savepoint ? 'somebody' : undefined,
        startedAt: NEVER_STARTED.includes(status) ? undefined : now() - LONG_AGO_MS,
        ahead: [],
      });
    },
    statusOf: (key: string): string => find(key)?.status ?? 'missing',
    startedAtOf: (key: string): number | undefined => find(key)?.startedAt,
    troubleOf: (operation: OperationName, key: string): Trouble | undefined => {
      const job = find(key);
      if (job === undefined) return 'missing';
      const isEarly = operation === 'dli.run' && STOPPING.includes(job.status);
      // A stop of which nothing shows yet is under way all the same.
      if (operation === 'dli.stop' && STOPPING.includes(job.ahead[0]?.status ?? ''))
        return 'wrong state';
      const isTaken = LAWS[operation].allowedIn.includes(job.status) || (isEarly && takesEarlyRuns);
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
      const isEarly = STOPPING.includes(job.status);
      const { savepoint } = job;
      find(key);
      return resumes && !isEarly ? savepoint : undefined;
    },
  };
};

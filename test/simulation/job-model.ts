import type { OperationName } from '../../shared/core/operation.ts';
import type { Trouble } from './chronicle.ts';
import type { Random } from './random.ts';

interface Phase {
  readonly at: number;
  readonly status: string;
  /** What becomes of the savepoint with it. */
  readonly savepoint?: boolean;
}

interface Job {
  status: string;
  savepoint: boolean;
  ahead: readonly Phase[];
}

/** What an operation asks of a job's state, and what it makes of it. */
interface Law {
  readonly allowedIn: readonly string[];
  readonly phases: (
    options: Readonly<Record<string, unknown>>,
    step: () => number,
  ) => readonly (readonly [ms: number, status: string, savepoint?: boolean])[];
}

const LAWS: Readonly<Record<OperationName, Law>> = {
  'dli.run': {
    allowedIn: ['job_init', 'job_cancel_success', 'job_finish', 'job_submit_fail'],
    phases: ({ resume_savepoint: resumes }, step) => [
      [0, 'job_submitting'],
      resumes === true ? [step(), 'job_running', false] : [step(), 'job_running'],
    ],
  },
  'dli.stop': {
    allowedIn: ['job_running', 'job_cancel_fail'],
    phases: ({ trigger_savepoint: saves }, step) =>
      saves === true
        ? [
            [0, 'job_savepointing'],
            [step(), 'job_canceling', true],
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
}

export type JobsModel = ReturnType<typeof makeJobsModel>;

/** Every job at the upstream, in states that take time. A job that was not added does not exist. */
export const makeJobsModel = ({ now, random, stepMs, jobsFail }: JobsModelOptions) => {
  const jobs = new Map<string, Job>();
  const find = (key: string): Job | undefined => {
    const job = jobs.get(key);
    for (let next = job?.ahead[0]; job && next && next.at <= now(); next = job.ahead[0]) {
      job.ahead = job.ahead.slice(1);
      job.status = next.status;
      job.savepoint = next.savepoint ?? job.savepoint;
    }
    return job;
  };
  const phasesOf = (operation: OperationName, options: Readonly<Record<string, unknown>>) => {
    let at = now();
    return LAWS[operation]
      .phases(options, () => random.between(1, stepMs))
      .map(([ms, status, savepoint]): Phase => {
        at += ms;
        const failed = FAILURES[status];
        const end = failed !== undefined && jobsFail() ? failed : status;
        return { at, status: end, ...(savepoint !== undefined && { savepoint }) };
      });
  };

  return {
    add: (key: string, status: string, savepoint: boolean): void => {
      jobs.set(key, { status, savepoint, ahead: [] });
    },
    statusOf: (key: string): string => find(key)?.status ?? 'missing',
    troubleOf: (operation: OperationName, key: string): Trouble | undefined => {
      const job = find(key);
      if (job === undefined) return 'missing';
      return LAWS[operation].allowedIn.includes(job.status) ? undefined : 'wrong state';
    },
    /** Whatever its state: ask for its trouble first. */
    carryOut: (
      operation: OperationName,
      key: string,
      options: Readonly<Record<string, unknown>>,
    ): void => {
      const job = find(key);
      if (job === undefined) return;
      job.ahead = phasesOf(operation, options);
      find(key);
    },
  };
};

import { advance } from './advance-job.ts';
import type { Trouble } from './endpoint.ts';
import type { JobChange } from './job-changes.ts';
import {
  type Effect,
  GONE,
  type JobOptions,
  type JobState,
  type Law,
  type Manner,
  type Shown,
} from './job-law.ts';
import { SIMULATED } from './operations/index.ts';
import type { JobKey, OperationName, Service } from './vocabulary.ts';

/** A job in the list of a project's jobs. */
export interface ListedJob extends Shown {
  readonly id: string;
  readonly createdAt: number;
}

const FIRST_LOOKED_AT: Readonly<Record<Service, string>> = {
  dli: 'job_init',
  drs: 'CONFIGURATION',
};

/** Longer than a client waits before it looks at what became of a call. */
const KEPT_MS = 5 * 60_000;

const FORGET_EVERY_MS = 1_000;

const textOf = ({ service, project, id }: JobKey): string => `${service}/${project}/${id}`;

const isAtRest = ({ ahead, accepted, toShow }: JobState): boolean =>
  ahead.length + accepted.length + toShow.length === 0;

/** All jobs that a client has named, each brought up to date when it is asked for. The last one asked for is the last. */
const keepRegister = (now: () => number, transitionMs: number, maxJobs: number) => {
  const known = new Map<string, JobState>();
  const update = (job: JobState): JobState => advance(job, now(), transitionMs);
  let forgotAt = Number.NEGATIVE_INFINITY;
  /** Forgets what no client has asked for in a while. Once a second, so that few requests pay for it. */
  const forget = (): void => {
    if (known.size <= maxJobs || now() < forgotAt + FORGET_EVERY_MS) return;
    forgotAt = now();
    for (const [text, job] of known) {
      if (known.size <= maxJobs || job.askedAt > now() - KEPT_MS) break;
      if (!job.isPut && isAtRest(update(job))) known.delete(text);
    }
  };
  return {
    now,
    update,
    find: (key: JobKey): JobState | undefined => {
      const job = known.get(textOf(key));
      return job && update(job);
    },
    /** All of them, by service, project and id. */
    all: (): ReadonlyMap<string, JobState> => known,
    /** The job, which comes into being in this state if no client has named it before. */
    meet: (key: JobKey, status: string, savepoint = false): JobState => {
      const text = textOf(key);
      const at = now();
      // A job that is first met at work was started before, by another client: not later than now.
      const startedAt = status === FIRST_LOOKED_AT[key.service] ? null : at;
      const job = known.get(text) ?? {
        ...{ status, savepoint, createdAt: at, askedAt: at, isPut: false, startedAt, effects: [] },
        ...{ ahead: [], accepted: [], statusLagMs: 0, shown: { status, startedAt }, toShow: [] },
      };
      job.askedAt = at;
      known.delete(text);
      known.set(text, job);
      forget();
      return update(job);
    },
  };
};

type Register = ReturnType<typeof keepRegister>;

/** What operations do to jobs. A job never asked for before comes into being in a state that allows the operation. */
const operateOn = ({ meet, update, now }: Register) => {
  const meetFor = (law: Law, key: JobKey, options: JobOptions): JobState =>
    meet(key, law.unseen, law.hasSavepoint?.(options));
  const troubleIn = (law: Law, job: JobState, options: JobOptions): Trouble | undefined => {
    if (job.status === GONE) return 'missing';
    return law.allows(job, options) ? undefined : 'wrong-state';
  };
  return {
    /** Why the operation is refused now. */
    troubleOf: (
      operation: OperationName,
      key: JobKey,
      options: JobOptions,
    ): Trouble | undefined => {
      const { law } = SIMULATED[operation];
      return troubleIn(law, meetFor(law, key, options), options);
    },
    /** Accepts the operation if the job's true state allows it now. Says why if not. */
    carryOut: (
      operation: OperationName,
      key: JobKey,
      options: JobOptions,
      manner: Manner,
    ): Trouble | undefined => {
      const { law } = SIMULATED[operation];
      const job = meetFor(law, key, options);
      const trouble = troubleIn(law, job, options);
      if (trouble !== undefined) return trouble;
      const call = { at: now() + manner.effectLagMs, operation, options, manner };
      job.accepted = [...job.accepted, call].toSorted((a, b) => a.at - b.at);
      update(job);
      return undefined;
    },
  };
};

/** What clients and tests see of jobs. */
const showOf = ({ meet, find, all, update, now }: Register) => ({
  /** What a client is shown. Undefined if the job is gone. A job first looked at comes into being, never started. */
  look: (key: JobKey): (Shown & Pick<JobState, 'createdAt'>) | undefined => {
    const { shown, createdAt } = meet(key, FIRST_LOOKED_AT[key.service]);
    return shown.status === GONE ? undefined : { ...shown, createdAt };
  },
  /** What a client is shown of all jobs of a project, the oldest first. */
  list: (service: Service, project: string): readonly ListedJob[] => {
    const before = textOf({ service, project, id: '' });
    return Array.from(all())
      .filter(([text]) => text.startsWith(before))
      .map(([text, job]) => ({ id: text.slice(before.length), job: update(job) }))
      .filter(({ job: { shown } }) => shown.status !== GONE)
      .map(({ id, job: { shown, createdAt } }) => ({ id, ...shown, createdAt }))
      .toSorted((a, b) => a.createdAt - b.createdAt);
  },
  /** Puts a job into a state, shown at once. Earlier calls have no more effect. Says how the job is then. */
  put: (key: JobKey, { status, savepoint, start_time }: JobChange): Required<JobChange> => {
    const isNew = find(key) === undefined;
    const job = meet(key, FIRST_LOOKED_AT[key.service]);
    const wasStarted = isNew && status !== job.status ? now() : job.startedAt;
    job.isPut = true;
    job.status = status;
    job.savepoint = savepoint ?? job.savepoint;
    job.startedAt = start_time === undefined ? wasStarted : start_time;
    job.ahead = [];
    job.accepted = [];
    job.toShow = [];
    job.shown = { status, startedAt: job.startedAt };
    return { status, savepoint: job.savepoint, start_time: job.startedAt };
  },
  /** The true status, for a bystander: it leaves no trace. */
  statusOf: (key: JobKey): string => find(key)?.status ?? FIRST_LOOKED_AT[key.service],
  effectsOf: (key: JobKey): readonly Effect[] => find(key)?.effects ?? [],
});

export type Jobs = ReturnType<typeof keepJobs>;

/**
 * Every job there is, in states that take time. Of more than `maxJobs`, those that stand still and were not asked for in five
 * minutes are forgotten: they are as if no client had named them. What was put into a state stays.
 */
export const keepJobs = (
  now: () => number,
  transitionMs: number,
  maxJobs = Number.POSITIVE_INFINITY,
) => {
  const register = keepRegister(now, transitionMs, maxJobs);
  return { ...operateOn(register), ...showOf(register) };
};

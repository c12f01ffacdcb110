import type { Trouble } from './endpoint.ts';
import type { JobChange } from './job-changes.ts';
import {
  type Accepted,
  type Effect,
  GONE,
  type JobOptions,
  type JobState,
  type Law,
  type Manner,
  type Phase,
  type Shown,
} from './job-law.ts';
import { SIMULATED } from './operations/index.ts';
import type { OperationName, Service } from './vocabulary.ts';

/** Which job: ids are unique within one project of one service. */
export interface JobKey {
  readonly service: Service;
  readonly project: string;
  readonly id: string;
}

const FIRST_LOOKED_AT: Readonly<Record<Service, string>> = {
  dli: 'job_init',
  drs: 'CONFIGURATION',
};

const textOf = ({ service, project, id }: JobKey): string => `${service}/${project}/${id}`;

/**
 * What is shown later than it is true is shown in order, and never before what was true before it. A state that the job
 * leaves at the very moment in which it came into it is not shown.
 */
const showLater = (job: JobState, at: number): void => {
  const { status, startedAt, toShow } = job;
  const from = Math.max(at + job.statusLagMs, toShow.at(-1)?.from ?? 0);
  const lasted = toShow.filter(({ since }) => since < at);
  job.toShow = [...lasted, { since: at, from, status, startedAt }];
};

/** What an operation does to a job, with the time of each state. */
const phasesOf = (
  law: Law,
  { at, options, manner }: Accepted,
  stepMs: number,
): readonly Phase[] => {
  let from = at;
  return law
    .steps(options, at, () => stepMs, manner)
    .map(({ afterMs, ...step }) => {
      from += afterMs;
      return { from, ...step };
    });
};

const takeEffect = (job: JobState, call: Accepted, stepMs: number): void => {
  const { at, operation, options, manner } = call;
  const { law } = SIMULATED[operation];
  if (!law.allows(job, options)) return;
  const effect = law.effect(job, options, manner);
  if (effect !== undefined) job.effects = [...job.effects, { at, ...effect }];
  if (effect !== undefined && law.starts) job.startedAt = at;
  job.statusLagMs = manner.statusLagMs;
  job.ahead = phasesOf(law, call, stepMs);
};

/** Brings a job up to date: its states and the calls that wait, in the order of their times. */
const advance = (job: JobState, now: number, step: number): JobState => {
  for (;;) {
    const [phase] = job.ahead;
    const [call] = job.accepted;
    if (phase !== undefined && phase.from <= Math.min(now, call?.at ?? now)) {
      job.ahead = job.ahead.slice(1);
      job.status = phase.status;
      job.savepoint = phase.savepoint ?? job.savepoint;
      showLater(job, phase.from);
    } else if (call !== undefined && call.at <= now) {
      job.accepted = job.accepted.slice(1);
      takeEffect(job, call, step);
    } else break;
  }
  const due = job.toShow.findLast(({ from }) => from <= now);
  if (due !== undefined) job.shown = { status: due.status, startedAt: due.startedAt };
  job.toShow = job.toShow.filter(({ from }) => from > now);
  return job;
};

export type Jobs = ReturnType<typeof keepJobs>;

/** Every job there is, in states that take time: a job is brought up to date when a client asks for it. */
export const keepJobs = (now: () => number, transitionMs: number) => {
  const known = new Map<string, JobState>();

  const update = (job: JobState): JobState => advance(job, now(), transitionMs);

  const meet = (key: JobKey, status: string, savepoint = false): JobState => {
    const text = textOf(key);
    const at = now();
    // A job that is first met at work was started before, by others: not later than now.
    const startedAt = status === FIRST_LOOKED_AT[key.service] ? null : at;
    const job = known.get(text) ?? {
      ...{ status, savepoint, createdAt: at, startedAt, effects: [] },
      ...{ ahead: [], accepted: [], statusLagMs: 0, shown: { status, startedAt }, toShow: [] },
    };
    known.set(text, job);
    return update(job);
  };

  const meetFor = (law: Law, key: JobKey, options: JobOptions): JobState =>
    meet(key, law.unseen, law.hasSavepoint?.(options));

  const troubleOf = (law: Law, job: JobState, options: JobOptions): Trouble | undefined => {
    if (job.status === GONE) return 'missing';
    return law.allows(job, options) ? undefined : 'wrong-state';
  };

  return {
    /** Why the operation is refused now. A job never asked for before comes into being, in a state that allows it. */
    troubleOf: (
      operation: OperationName,
      key: JobKey,
      options: JobOptions,
    ): Trouble | undefined => {
      const { law } = SIMULATED[operation];
      return troubleOf(law, meetFor(law, key, options), options);
    },
    /** Accepts the operation if the job's true state allows it now; says why if not. */
    carryOut: (
      operation: OperationName,
      key: JobKey,
      options: JobOptions,
      manner: Manner,
    ): Trouble | undefined => {
      const { law } = SIMULATED[operation];
      const job = meetFor(law, key, options);
      const trouble = troubleOf(law, job, options);
      if (trouble !== undefined) return trouble;
      const call = { at: now() + manner.effectLagMs, operation, options, manner };
      job.accepted = [...job.accepted, call].toSorted((a, b) => a.at - b.at);
      update(job);
      return undefined;
    },
    /** What a client is shown; undefined of a job that is gone. A job first looked at comes into being, never started. */
    look: (key: JobKey): (Shown & Pick<JobState, 'createdAt'>) | undefined => {
      const { shown, createdAt } = meet(key, FIRST_LOOKED_AT[key.service]);
      return shown.status === GONE ? undefined : { ...shown, createdAt };
    },
    /** Puts a job into a state, in sight at once; what was to come of earlier calls does not. Says how the job is then. */
    put: (key: JobKey, { status, savepoint, start_time }: JobChange): Required<JobChange> => {
      const isNew = !known.has(textOf(key));
      const job = meet(key, FIRST_LOOKED_AT[key.service]);
      const wasStarted = isNew && status !== job.status ? now() : job.startedAt;
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
    statusOf: (key: JobKey): string => {
      const job = known.get(textOf(key));
      return job === undefined ? FIRST_LOOKED_AT[key.service] : update(job).status;
    },
    effectsOf: (key: JobKey): readonly Effect[] => {
      const job = known.get(textOf(key));
      return job === undefined ? [] : update(job).effects;
    },
  };
};

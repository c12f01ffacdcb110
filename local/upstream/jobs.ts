import { allows, type Effect, type JobOptions, type JobState, LAWS } from './job-laws.ts';
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

const advance = (job: JobState, now: number): JobState => {
  for (let next = job.ahead[0]; next !== undefined && next.from <= now; next = job.ahead[0]) {
    job.ahead = job.ahead.slice(1);
    job.status = next.status;
    job.savepoint = next.savepoint ?? job.savepoint;
  }
  return job;
};

/** What a look shows of a job. */
export type Shown = Pick<JobState, 'status' | 'createdAt' | 'startedAt'>;

export type Jobs = ReturnType<typeof keepJobs>;

/** Every job there is, in states that take time: a job is brought up to date when somebody asks for it. */
export const keepJobs = (now: () => number, transitionMs: number) => {
  const known = new Map<string, JobState>();

  const meet = (key: JobKey, status: string, savepoint = false): JobState => {
    const text = textOf(key);
    const at = now();
    // Who comes into being at work was started before anybody asked: not later than now.
    const startedAt = status === LAWS['dli.stop'].unseen ? at : null;
    const unseen = { status, savepoint, createdAt: at, startedAt, ahead: [], effects: [] };
    const job = known.get(text) ?? unseen;
    known.set(text, job);
    return advance(job, at);
  };

  const meetFor = (operation: OperationName, key: JobKey, options: JobOptions): JobState =>
    meet(key, LAWS[operation].unseen, options.resume_savepoint);

  return {
    /** Whether the job's state allows the operation. A job never asked for before comes into being, in one that does. */
    isReady: (operation: OperationName, key: JobKey, options: JobOptions): boolean =>
      allows(operation, meetFor(operation, key, options)),
    /** Carries the operation out if the job's state allows it, and says whether it did. */
    carryOut: (operation: OperationName, key: JobKey, options: JobOptions): boolean => {
      const law = LAWS[operation];
      const job = meetFor(operation, key, options);
      if (!allows(operation, job)) return false;
      const at = now();
      const effect = { at, ...law.effect(job, options) };
      job.effects = [...job.effects, effect];
      if (effect.effect !== 'stop') job.startedAt = at;
      job.ahead = law.phases(options, at, transitionMs);
      advance(job, at);
      return true;
    },
    /** What a client is shown. A job first looked at comes into being, never started. */
    look: (key: JobKey): Shown => meet(key, FIRST_LOOKED_AT[key.service]),
    /** The same for a bystander: it leaves no trace. */
    statusOf: (key: JobKey): string => {
      const job = known.get(textOf(key));
      return job === undefined ? FIRST_LOOKED_AT[key.service] : advance(job, now()).status;
    },
    effectsOf: (key: JobKey): readonly Effect[] => known.get(textOf(key))?.effects ?? [],
  };
};

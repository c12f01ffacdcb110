import type { Intent } from '../../shared/intent/intent.ts';
import { type Job, jobIdOf } from '../../shared/operations/operation.ts';
import type { Way } from './entries.ts';

/** What has become of one job of an intent. */
export interface JobState {
  readonly job: Job;
  readonly outcome?: string;
  readonly evidence?: string;
}

/** An intent that came in. Its jobs are known once its message was taken from the queue. */
export interface KnownIntent {
  readonly intent_id: string;
  readonly way?: Way;
  readonly operation: string;
  readonly project_id: string;
  readonly job_count: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly settled: number;
  readonly message?: Omit<Intent, 'jobs' | 'v'>;
  readonly jobs: ReadonlyMap<string, JobState>;
}

interface Kept extends Omit<KnownIntent, 'jobs' | 'settled' | 'message' | 'way' | 'job_count'> {
  way?: Way;
  job_count: number;
  settled: number;
  message?: Omit<Intent, 'jobs' | 'v'>;
  readonly jobs: Map<string, JobState>;
}

export interface IntentBounds {
  readonly intents: number;
  readonly jobs: number;
}

/** An intent as it was accepted, before its message is read. */
export type Arrival = Pick<
  KnownIntent,
  'intent_id' | 'operation' | 'project_id' | 'job_count' | 'at'
> & {
  readonly way: Way;
};

const blank = ({
  intent_id,
  operation,
  project_id,
  job_count,
  at,
}: Omit<Arrival, 'way'>): Kept => ({
  intent_id,
  operation,
  project_id,
  job_count,
  at,
  settled: 0,
  jobs: new Map(),
});

const arrivalOf = ({ intent_id, operation, project_id, jobs, job_count, accepted_at }: Intent) => ({
  intent_id,
  operation,
  project_id,
  job_count: job_count ?? jobs.length,
  at: Date.parse(accepted_at),
});

/** Adds the jobs of a message; returns how many were new. */
const addMessage = (one: Kept, { jobs, v: _, ...message }: Intent): number => {
  one.message = message;
  const before = one.jobs.size;
  for (const job of jobs) {
    const id = jobIdOf(job);
    if (!one.jobs.has(id)) one.jobs.set(id, { job });
  }
  return one.jobs.size - before;
};

const settle = (
  one: Kept | undefined,
  job: string,
  verdict: Pick<JobState, 'outcome' | 'evidence'>,
): boolean => {
  const state = one?.jobs.get(job);
  if (one === undefined || state === undefined) return true;
  if (state.outcome !== undefined) return false;
  one.settled += 1;
  one.jobs.set(job, { ...state, ...verdict });
  return true;
};

/** Keeps about the latest intents, and forgets the oldest first: by their number, and by that of their jobs. */
export const keepIntents = (bounds: IntentBounds) => {
  const kept = new Map<string, Kept>();
  let jobs = 0;
  const forget = (): void => {
    for (const [id, one] of kept) {
      if (kept.size <= bounds.intents && jobs <= bounds.jobs) return;
      kept.delete(id);
      jobs -= one.jobs.size;
    }
  };
  const open = (arrival: Omit<Arrival, 'way'>): Kept => {
    const one = kept.get(arrival.intent_id) ?? blank(arrival);
    kept.set(arrival.intent_id, one);
    return one;
  };
  return {
    arrived: (arrival: Arrival): void => {
      open(arrival).way = arrival.way;
      forget();
    },
    /** A message was taken from the queue. It may be one of several of its intent. */
    read: (intent: Intent): void => {
      jobs += addMessage(open(arrivalOf(intent)), intent);
      forget();
    },
    /** Whether this is the first verdict for the job. An intent that was forgotten cannot tell. */
    settled: (id: string, job: string, verdict: Pick<JobState, 'outcome' | 'evidence'>): boolean =>
      settle(kept.get(id), job, verdict),
    of: (id: string): KnownIntent | undefined => kept.get(id),
    all: (): Iterable<KnownIntent> => kept.values(),
  };
};

export type Intents = ReturnType<typeof keepIntents>;

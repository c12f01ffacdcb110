import { UnansweredError } from './errors.ts';
import { limitTo, pause } from './limit.ts';
import type { IntentStatus, JobStatus } from './schemas.ts';

/** Between two questions. The service holds each answer itself, for as long as it is asked to. */
const PAUSE_MS = 1_000;

/** At most so many seconds does the client ask the service to hold an answer. */
const LONGEST_WAIT_SECONDS = 20;

/** A job with its verdict. */
export interface SettledJob extends Omit<JobStatus, 'outcome'> {
  readonly outcome: NonNullable<JobStatus['outcome']>;
}

/** An intent of which each job has its verdict. */
export interface SettledIntent extends Omit<IntentStatus, 'status' | 'jobs'> {
  readonly status: 'settled';
  readonly jobs: readonly SettledJob[];
}

const isSettled = (intent: IntentStatus): intent is SettledIntent => intent.status === 'settled';

/** Asks once. The service may hold the answer for so many seconds, and the call may take so many milliseconds. */
export type AskOnce = (waitSeconds: number, leftMs: number) => Promise<IntentStatus>;

export interface SettledOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until an answer is settled. Throws an {@link UnansweredError} if none is by the deadline. */
export const askUntilSettled = async (
  ask: AskOnce,
  { deadlineMs, signal }: SettledOptions,
): Promise<SettledIntent> => {
  const limit = limitTo(deadlineMs, signal);
  try {
    for (let n = 1; ; n += 1) {
      const wait = Math.min(LONGEST_WAIT_SECONDS, Math.floor(limit.leftMs() / 1_000));
      const answer = await ask(Math.max(0, wait), limit.leftMs());
      if (isSettled(answer)) return answer;
      const late = new Error(`The intent is ${answer.status} at the deadline`);
      if (limit.leftMs() <= PAUSE_MS) throw new UnansweredError(n, late);
      await pause(PAUSE_MS, limit.signal);
    }
  } finally {
    limit.release();
  }
};

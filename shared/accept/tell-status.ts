import { MOST_AHEAD_MS } from '../intent/after.ts';
import { type IntentId, timeOf } from '../intent/intent.ts';
import type { Answer, JobId } from '../operations/operation.ts';
import type { Refusal } from '../reply/verdict.ts';
import { problemOf } from './problem.ts';
import type { IntentStatus, JobStatus, ReadStatus } from './read-status.ts';

/** How long a message may stay on the queue. Without a record after that, there is no such intent. */
const LONGEST_QUEUED_MS = 14 * 24 * 3_600_000;

/** What the status of an intent is before the ledger has a record of it. Undefined: there can be no such intent. */
export const queuedStatus = (intent_id: IntentId, now: number): IntentStatus | undefined => {
  const at = timeOf(intent_id);
  const isPossible = at <= now + MOST_AHEAD_MS && now - at < LONGEST_QUEUED_MS;
  if (!isPossible) return undefined;
  return { intent_id, status: 'queued', accepted_at: new Date(at).toISOString() };
};

/** How soon it is worth asking again. */
const ASK_AGAIN = { 'retry-after': '2' };

/**
 * The headers of a 202: where the status of the intent is, and when to ask. The place is relative to the path of the
 * request, so that a stage or a base path stays before it.
 */
export const whereToAsk = (path: string, intentId: IntentId): Readonly<Record<string, string>> => {
  const levels = path.split('/').length - 2;
  return { location: `${'../'.repeat(levels)}v1/intents/${intentId}`, ...ASK_AGAIN };
};

/** Tells the status. One that may still change says when to ask again. */
export const asAnswer = (status: IntentStatus): Answer => ({
  status: 200,
  body: status,
  ...(status.status !== 'settled' && { headers: ASK_AGAIN }),
});

export const STATUS_UNAVAILABLE = problemOf(
  'ledger-unavailable',
  'The ledger does not answer, so there is no status. What was accepted stays accepted. Ask again.',
);

const WORDS: Readonly<Record<NonNullable<JobStatus['outcome']>, string>> = {
  delivered: '',
  rejected: 'The job was refused.',
  superseded: 'A newer intent for the job came first.',
  expired: 'The deadline passed.',
  failed: 'The job was given up.',
};

/** Why a job was not delivered, in a refusal's form. Undefined if it was, or has no verdict. */
const refusalIn = ({ outcome, error }: JobStatus): Refusal | undefined =>
  outcome === undefined || outcome === 'delivered'
    ? undefined
    : (error ?? { code: outcome, message: WORDS[outcome] });

/** What is known of jobs that were refused, after a wait. */
export const refusalsIn = (read: ReadStatus | undefined): ReadonlyMap<JobId, Refusal> =>
  new Map(
    (read?.kind === 'told' ? (read.status.jobs ?? []) : []).flatMap((job) => {
      const refusal = refusalIn(job);
      return refusal === undefined ? [] : [[job.job_id, refusal] as const];
    }),
  );

import type { JobRequest } from '../intent/request.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import type { Accepted, AcceptSteps } from './accept.ts';
import { type Problem, problemOf } from './problem.ts';
import {
  type Asked,
  makeReady,
  type Ready,
  type ReadyEdges,
  type Refused,
} from './ready-request.ts';
import type { Entries, Remembered, RequestMemory } from './request-memory.ts';

/** `request` is what was read, with each job as often as it was listed. */
export type AcceptedOnce = (Accepted & { readonly request: JobRequest }) | Refused;

/** Accepts a request, or answers its repeat. */
export type AcceptOnce = (asked: Asked) => Promise<AcceptedOnce>;

export interface AcceptOnceEdges extends AcceptSteps, ReadyEdges {
  /** It is not asked about a request without a key. */
  readonly memory: RequestMemory;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** How long a request is remembered, from its acceptance. */
export const REMEMBERED_MS = 24 * 3_600_000;

/**
 * How long a request counts as in progress, if its function does not say how it ended. Two that overlap do no harm: both
 * queue the same intent.
 */
export const LEASE_MS = 10_000;

/**
 * So often a replay asks for the end of the first request, in two seconds: senders of webhooks wait for some seconds only.
 * After that it is queued as the same intent.
 */
const PATIENT_ROUNDS = 8;

/** How often the memory is asked at most, if other requests are faster. */
const ROUNDS = 12;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

const refused = (problem: Problem): Refused => ({ kind: 'refused', problem });

const IN_PROGRESS = problemOf(
  'request-in-progress',
  'A request with this Idempotency-Key is in progress. Send it again for its answer.',
  { retryAfterSeconds: 1 },
);

const REUSED = problemOf(
  'idempotency-key-reused',
  'This Idempotency-Key was used for another request within 24 hours. Use a new key for each request.',
);

const UNAVAILABLE = problemOf(
  'ledger-unavailable',
  'The ledger does not answer, so the Idempotency-Key cannot be looked up. Nothing was queued. Send the request again with the same key.',
);

/**
 * Accepts each request once (docs/ways-in.md, "Repeats"). Laws: a repeat has the answer of the first, with its intent id,
 * and queues nothing once the first is queued. A repeat after a crash queues the same intent again, as old as it was: its
 * id was written before. While the ledger does not answer, a request with a key of its caller's is refused. A replay goes
 * on, and the control loop makes one intent of it by its key.
 */
export const makeAcceptOnce =
  (edges: AcceptOnceEdges): AcceptOnce =>
  async (asked) => {
    const { idempotencyKey, replayKey } = asked.repeatedBy;
    if (idempotencyKey === undefined && replayKey === undefined) return acceptNew(edges, asked);
    let pauseMs = FIRST_PAUSE_MS;
    for (let round = 0; round < ROUNDS; round++) {
      const remembered = await edges.memory.recall(asked.repeatedBy);
      const isPatient = round < PATIENT_ROUNDS;
      const step = await answer(edges, asked, remembered, isPatient);
      if (step !== 'wait') return step;
      await edges.pause(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    return idempotencyKey === undefined ? acceptNew(edges, asked) : refused(IN_PROGRESS);
  };

/** Answers by what is remembered. `wait`: it may be remembered otherwise soon. */
const answer = async (
  edges: AcceptOnceEdges,
  asked: Asked,
  remembered: Remembered,
  isPatient: boolean,
): Promise<AcceptedOnce | 'wait'> => {
  const hasOwnKey = asked.repeatedBy.idempotencyKey !== undefined;
  switch (remembered.kind) {
    case 'reused':
      return refused(REUSED);
    case 'unreachable':
      return acceptNew(edges, asked);
    case 'queued': {
      const ready = makeReady(edges, asked, remembered.record);
      return ready.kind === 'ready' ? { ...ready, kind: 'queued' } : ready;
    }
    case 'begun': {
      const { record, entries } = remembered;
      const isHeld = edges.now().getTime() < record.leaseUntil;
      if (isHeld && hasOwnKey) return refused(IN_PROGRESS);
      if (isHeld && isPatient) return 'wait';
      const ready = makeReady(edges, asked, record);
      return ready.kind === 'ready' ? carryOut(edges, asked, entries, ready, isHeld) : ready;
    }
    case 'new': {
      const ready = makeReady(edges, asked);
      return ready.kind === 'ready' ? carryOut(edges, asked, remembered.entries, ready) : ready;
    }
    default:
      return remembered satisfies never;
  }
};

/** Accepts a request of which nothing is remembered, nor will be. */
const acceptNew = async (edges: AcceptOnceEdges, asked: Asked): Promise<AcceptedOnce> => {
  const ready = makeReady(edges, asked);
  if (ready.kind === 'refused') return ready;
  const hasOwnKey = asked.repeatedBy.idempotencyKey !== undefined;
  if (hasOwnKey) return refused(UNAVAILABLE);
  return { ...(await edges.queue(ready.intent)), request: ready.request };
};

/**
 * Writes that the request has begun, queues its intent, and writes how that ended. `isHeld`: the first request has begun it
 * and is still under way; both queue the same intent.
 */
const carryOut = async (
  { memory, now, queue }: AcceptOnceEdges,
  { repeatedBy: { digest, idempotencyKey } }: Asked,
  entries: Entries,
  { intent, request }: Ready,
  isHeld = false,
): Promise<AcceptedOnce | 'wait'> => {
  const { intent_id, accepted_at, expires_at } = intent;
  const record: RequestRecord = {
    digest,
    intent_id,
    accepted_at,
    expires_at,
    isQueued: false,
    leaseUntil: now().getTime() + LEASE_MS,
    forgetAt: Date.parse(accepted_at) + REMEMBERED_MS,
  };
  const begun = isHeld
    ? ({ kind: 'begun', entries } as const)
    : await memory.begin(entries, record);
  if (begun.kind === 'lost') return 'wait';
  if (begun.kind === 'unknown' && idempotencyKey !== undefined) return refused(UNAVAILABLE);
  const accepted = await queue(intent);
  // If the queue did not take all, a repeat may begin at once.
  await memory.end(begun.entries, {
    ...record,
    isQueued: accepted.kind === 'queued',
    leaseUntil: 0,
  });
  return { ...accepted, request };
};

import type { IntentId } from '../intent/intent.ts';
import type { JobRequest } from '../intent/request.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import type { Accepted, AcceptSteps, DrawnUp, Origin } from './accept.ts';
import { originOf } from './payload.ts';
import { type Problem, problemOf } from './problem.ts';
import type { ReadWish } from './read-wish.ts';
import type { Entries, Remembered, RepeatedBy, RequestMemory } from './request-memory.ts';
import { type KeyOf, wishKey } from './wish-key.ts';

/** What a request asks for, or why it is refused. `check` is for the operator's log only. */
export type ReadForCaller =
  | Extract<ReadWish, { ok: true }>
  | { readonly ok: false; readonly problem: Problem; readonly check?: string };

/** One request to accept. */
export interface Asked {
  readonly origin: Origin;
  /** By what a repeat of it is known. */
  readonly repeatedBy: RepeatedBy;
  /** The id that its answer has, if it is the first. */
  readonly intentId: IntentId;
  /** Reads the request as of a time: some fields are judged by the clock. */
  readonly read: (now: Date) => ReadForCaller;
}

interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
  readonly check?: string;
}

/** `request` is what was read, with each job as often as it was listed. */
export type AcceptedOnce = (Accepted & { readonly request: JobRequest }) | Refused;

/** Accepts a request, or answers its repeat. */
export type AcceptOnce = (asked: Asked) => Promise<AcceptedOnce>;

export interface AcceptOnceEdges extends AcceptSteps {
  /** It is not asked about a request without a key. */
  readonly memory: RequestMemory;
  readonly keyOf: KeyOf;
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** How long a request is remembered, from its acceptance. */
export const REMEMBERED_MS = 24 * 3_600_000;

/**
 * How long a request counts as in progress, if its function does not say how it ended. Two that overlap do no harm: both
 * queue the same intent.
 */
export const LEASE_MS = 10_000;

/** How often the memory is asked, if other requests with the key come and go. */
const ROUNDS = 40;
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

/** The intent as it was accepted first. */
const asFirst = (
  intent: DrawnUp,
  { intent_id, accepted_at, expires_at }: RequestRecord,
): DrawnUp => ({ ...intent, intent_id, accepted_at, expires_at });

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
      const step = await answer(edges, asked, remembered);
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
      if (edges.now().getTime() < record.leaseUntil)
        return hasOwnKey ? refused(IN_PROGRESS) : 'wait';
      const ready = makeReady(edges, asked, record);
      return ready.kind === 'ready' ? carryOut(edges, asked, entries, ready) : ready;
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

interface Ready {
  readonly kind: 'ready';
  readonly request: JobRequest;
  readonly intent: DrawnUp;
}

/** Reads the request as of its first acceptance, and makes its intent. */
const makeReady = (
  edges: AcceptOnceEdges,
  { origin, repeatedBy: { caller, replayKey }, intentId, read }: Asked,
  first?: RequestRecord,
): Ready | Refused => {
  const reading = read(first === undefined ? edges.now() : new Date(first.accepted_at));
  if (!reading.ok) return { ...reading, kind: 'refused' };
  const { request, event, wishedAt } = reading;
  const replay =
    replayKey === undefined
      ? {}
      : { key: wishKey([caller, `replay:${replayKey}`], request, edges.keyOf) };
  // An event's own key counts before that of its proof.
  const own = { ...origin, ...replay, ...originOf(caller, request, event, edges.keyOf) };
  // A late event gets an id of its own time.
  const given = wishedAt === undefined ? intentId : undefined;
  const intent = edges.drawUp(request, own, given, wishedAt);
  return {
    kind: 'ready',
    request,
    intent: first === undefined ? intent : asFirst(intent, first),
  };
};

/** Writes that the request has begun, queues its intent, and writes how that ended. */
const carryOut = async (
  { memory, now, queue }: AcceptOnceEdges,
  { repeatedBy: { digest, idempotencyKey } }: Asked,
  entries: Entries,
  { intent, request }: Ready,
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
  const begun = await memory.begin(entries, record);
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

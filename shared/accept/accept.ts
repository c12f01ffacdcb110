import { type Intent, type IntentId, MESSAGE_VERSION, writeMessages } from '../intent/intent.ts';
import type { Draft } from '../intent/request.ts';
import { distinct } from '../operations/job-list.ts';
import { type JobId, jobIdOf } from '../operations/operation.ts';

/** Puts messages on the queue and tells, for each in order, whether the queue took it. */
export type Enqueue = (messages: readonly string[]) => Promise<readonly boolean[]>;

export interface AcceptEdges {
  readonly enqueue: Enqueue;
  readonly now: () => Date;
  /** Newer than the id that it is given; of now, or of the time `at`, in milliseconds since 1970. */
  readonly newIntentId: (after?: IntentId, at?: number) => IntentId;
  /** Bytes per message; larger intents are split over several under one intent id. */
  readonly maxMessageBytes: number;
  /** The jobs of one record in the ledger, if other than usual. */
  readonly blockJobs?: number | undefined;
  /** How long an intent is good for if it does not say. */
  readonly deadlineMs: number;
}

/** Who asked, and the trace that the request is part of. */
export interface Origin {
  readonly caller: string;
  readonly traceparent?: string;
  readonly correlation_id?: string;
  readonly event_id?: string;
  readonly key?: string;
}

/** `partly`: the queue refused some messages for good, after repeats; none of `not_queued` will be carried out. */
export type Accepted =
  | { readonly kind: 'queued'; readonly intent: Intent }
  | {
      readonly kind: 'partly';
      readonly intent: Intent;
      readonly queued: readonly JobId[];
      readonly not_queued: readonly JobId[];
    };

/**
 * `wishedAt` is when it was wished, in milliseconds since 1970, where it comes late: it is as old as that, and its deadline
 * counts from then.
 */
export type Accept = (
  draft: Draft,
  origin: Origin,
  intentId?: IntentId,
  wishedAt?: number,
) => Promise<Accepted>;

/** The time of an event is told in whole seconds: it was wished before the next one. */
const REST_OF_SECOND_MS = 999;

/** The latest time at which it can have been wished: not after its acceptance. */
const latestAt = (at: number, acceptedAt: number): number =>
  Math.min(at % 1_000 === 0 ? at + REST_OF_SECOND_MS : at, acceptedAt);

/**
 * The way in: stamps a draft as an intent and puts it on the queue. Laws: `queued` means that the queue has every job
 * (promise P1); a job listed twice is queued once. An intent is as old as its acceptance, but for one that comes late. What
 * is to follow another intent is newer than that, if need be under another id than the one given.
 */
export const makeAccept =
  ({ enqueue, now, newIntentId, maxMessageBytes, blockJobs, deadlineMs }: AcceptEdges): Accept =>
  async (draft, origin, given, wishedAt) => {
    const { after } = draft;
    const isNewer = given !== undefined && (after === undefined || given > after);
    const acceptedAt = now();
    const at = wishedAt === undefined ? undefined : latestAt(wishedAt, acceptedAt.getTime());
    const intentId = isNewer ? given : newIntentId(after, at);
    const since = wishedAt ?? acceptedAt.getTime();
    const intent: Intent = {
      v: MESSAGE_VERSION,
      intent_id: intentId,
      ...draft,
      jobs: distinct(draft.jobs),
      expires_at: draft.expires_at ?? new Date(since + deadlineMs).toISOString(),
      ...origin,
      accepted_at: acceptedAt.toISOString(),
    };
    const parts = writeMessages(intent, maxMessageBytes, blockJobs);
    const taken = await enqueue(parts.map((part) => JSON.stringify(part)));
    if (taken.every(Boolean)) return { kind: 'queued', intent };
    const idsOf = (wanted: boolean): readonly JobId[] =>
      parts.flatMap((part, i) => (taken[i] === wanted ? part.jobs.map(jobIdOf) : []));
    return { kind: 'partly', intent, queued: idsOf(true), not_queued: idsOf(false) };
  };

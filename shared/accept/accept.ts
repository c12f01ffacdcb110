import type { Draft } from '../core/draft.ts';
import { type Intent, type IntentId, MESSAGE_VERSION, writeMessages } from '../core/intent.ts';
import { distinct } from '../core/job-list.ts';
import { type JobId, jobIdOf } from '../core/operation.ts';

/** Puts messages on the queue and tells, for each in order, whether the queue took it. */
export type Enqueue = (messages: readonly string[]) => Promise<readonly boolean[]>;

export interface AcceptEdges {
  readonly enqueue: Enqueue;
  readonly now: () => Date;
  /** Newer than the id that it is given. */
  readonly newIntentId: (after?: IntentId) => IntentId;
  /** Bytes per message; larger intents are split over several under one intent id. */
  readonly maxMessageBytes: number;
  /** How long an intent is good for if it does not say. */
  readonly deadlineMs: number;
}

/** Who asked, and the trace that the request is part of. */
export interface Origin {
  readonly caller: string;
  readonly traceparent?: string;
  readonly correlation_id?: string;
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

export type Accept = (draft: Draft, origin: Origin, intentId?: IntentId) => Promise<Accepted>;

/**
 * The way in: stamps a draft as an intent and puts it on the queue. Law: `queued` means that the queue has every job
 * (promise P1); a job listed twice is queued once. What is to follow another intent is newer than that, if need be under
 * another id than the one given.
 */
export const makeAccept =
  ({ enqueue, now, newIntentId, maxMessageBytes, deadlineMs }: AcceptEdges): Accept =>
  async (draft, origin, given) => {
    const { after } = draft;
    const isNewer = given !== undefined && (after === undefined || given > after);
    const intentId = isNewer ? given : newIntentId(after);
    const acceptedAt = now();
    const intent: Intent = {
      v: MESSAGE_VERSION,
      intent_id: intentId,
      ...draft,
      jobs: distinct(draft.jobs),
      expires_at: draft.expires_at ?? new Date(acceptedAt.getTime() + deadlineMs).toISOString(),
      ...origin,
      accepted_at: acceptedAt.toISOString(),
    };
    const parts = writeMessages(intent, maxMessageBytes);
    const taken = await enqueue(parts.map((part) => JSON.stringify(part)));
    if (taken.every(Boolean)) return { kind: 'queued', intent };
    const idsOf = (wanted: boolean): readonly JobId[] =>
      parts.flatMap((part, i) => (taken[i] === wanted ? part.jobs.map(jobIdOf) : []));
    return { kind: 'partly', intent, queued: idsOf(true), not_queued: idsOf(false) };
  };

import { MOST_AHEAD_MS } from '../core/after.ts';
import { type Draft, readNative } from '../core/draft.ts';
import { lookOf, looksLike } from '../core/envelope.ts';
import { sentence } from '../core/fault.ts';
import type { IntentId } from '../core/intent.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { type Receipt, receiptOf } from '../core/receipt.ts';
import type { Accept } from './accept.ts';

/** The payload is no intent. Its message names every fault; trying again will not help. */
export class InvalidIntentError extends Error {
  override readonly name = 'InvalidIntentError';
}

/**
 * The queue did not take every job. Its message says how many it took. An event that is tried again is the same intent;
 * a direct caller that tries again makes a new one, which counts for all its jobs.
 */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptPayload = (payload: unknown) => Promise<Receipt>;

/** A source is any text; the caller is part of every message and event, and so kept short. */
const ruleOf = (source: unknown): string =>
  typeof source === 'string' ? `rule:${source.slice(0, 256)}` : 'rule';

interface Unwrapped {
  readonly body: unknown;
  readonly caller: string;
  /** The event that hands it over, and its time in milliseconds since 1970. */
  readonly event?: readonly [id: string, at: number] | undefined;
}

export interface AcceptPayloadOptions {
  readonly now: () => Date;
  /** The same id for each delivery of an event, newer than `after`; `at` is milliseconds since 1970. */
  readonly intentIdOf: (eventId: string, at: number, after?: IntentId) => IntentId;
}

/** An intent's id tells its age. An event of a time far off would stand above all others, or beneath them. */
const OLDEST_MS = 24 * 3_600_000;

/** An event rule hands over an envelope with the intent as `detail`; a direct caller hands over the intent itself. */
const unwrap = (payload: unknown, now: Date): Unwrapped => {
  if (!isObject(payload) || !('detail-type' in payload)) return { body: payload, caller: 'direct' };
  const { id, time, detail: body, source } = payload satisfies JsonObject;
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const age = now.getTime() - at;
  const known = typeof id === 'string' && age < OLDEST_MS && age > -MOST_AHEAD_MS;
  return { body, caller: ruleOf(source), event: known ? [id, at] : undefined };
};

export type ReadPayload =
  | ({ readonly ok: true; readonly draft: Draft } & Omit<Unwrapped, 'body'>)
  | { readonly ok: false; readonly detail: string };

/** Reads what an event rule or a direct caller hands over. What is no intent is told by what it looks like, if that is known. */
export const readPayload = (payload: unknown, now: Date): ReadPayload => {
  const { body, ...origin } = unwrap(payload, now);
  const reading = readNative(body, now);
  if (reading.ok) return { ok: true, draft: reading.draft, ...origin };
  const look = lookOf(payload);
  return { ok: false, detail: look ? looksLike(look) : sentence(reading.faults) };
};

/**
 * Takes the same intent as the native route, from an event rule or a direct invocation. Law: it returns only when the
 * queue has every job, and throws a named error otherwise, so that Lambda's retries and failure destination see it.
 */
export const makeAcceptPayload =
  (accept: Accept, { now, intentIdOf }: AcceptPayloadOptions): AcceptPayload =>
  async (payload) => {
    const reading = readPayload(payload, now());
    if (!reading.ok) throw new InvalidIntentError(reading.detail);
    const { draft, caller, event } = reading;
    const accepted = await accept(draft, { caller }, event && intentIdOf(...event, draft.after));
    if (accepted.kind === 'queued') return receiptOf(accepted.intent);
    const { queued, not_queued } = accepted;
    throw new QueueUnavailableError(
      `the queue took ${queued.length} jobs of ${queued.length + not_queued.length}`,
    );
  };

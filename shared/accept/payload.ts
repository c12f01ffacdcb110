import { MOST_AHEAD_MS } from '../intent/after.ts';
import { lookOf, looksLike } from '../intent/envelope.ts';
import { type Draft, readNative } from '../intent/request.ts';
import { sentence } from '../json/fault.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import type { Accept, Origin } from './accept.ts';
import { type Receipt, receiptOf } from './receipt.ts';

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
  /** Why it is not taken, whatever is in it. */
  readonly fault?: string | undefined;
  readonly body: unknown;
  readonly caller: string;
  /** The id of the event that hands it over. */
  readonly event?: string | undefined;
  /** When it was wished, in milliseconds since 1970, where that was long ago. */
  readonly wishedAt?: number | undefined;
}

export interface AcceptPayloadOptions {
  readonly now: () => Date;
  /** A short name for a text, the same for the same text alone. */
  readonly keyOf: (text: string) => string;
  /** Whether events are taken that an archive replays. */
  readonly takesReplays: boolean;
}

/** The time of an event, where it tells how old the wish is: whole seconds are too coarse while it is of just now. */
const wishedAtOf = (time: unknown, isReplay: boolean, now: Date): number | undefined => {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const age = now.getTime() - at;
  return age > (isReplay ? 0 : MOST_AHEAD_MS) ? at : undefined;
};

/** An id tells times from 1970 on. .NET's `DateTime.MinValue` is of the year 1. */
const faultOfTime = (time: unknown): string | undefined =>
  typeof time === 'string' && Date.parse(time) < 0
    ? '"time": is before 1970, so it is not when this was wished: send the time of the event'
    : undefined;

const REPLAYED =
  '"replay-name": is of an event that an archive replays, whose wish may be long over: set ACCEPT_REPLAYS=true to take such events, as old as they were';

/** An event rule hands over an envelope with the intent as `detail`; a direct caller hands over the intent itself. */
const unwrap = (payload: unknown, takesReplays: boolean, now: Date): Unwrapped => {
  if (!isObject(payload) || !('detail-type' in payload)) return { body: payload, caller: 'direct' };
  const { id, time, detail: body, source, 'replay-name': replay } = payload satisfies JsonObject;
  const isReplay = replay !== undefined && replay !== null;
  return {
    fault: isReplay && !takesReplays ? REPLAYED : faultOfTime(time),
    body,
    caller: ruleOf(source),
    event: typeof id === 'string' ? id : undefined,
    wishedAt: wishedAtOf(time, isReplay, now),
  };
};

/** An event id is as long as its sender likes; what a run may name as `after` is not. */
const NAME = /^[\x20-\x7e]{1,128}$/;

/**
 * How the ledger knows an event again. Its id alone would not do: another detail under the same id is another wish.
 */
const originOf = (
  { caller, event, draft }: Extract<ReadPayload, { ok: true }>,
  keyOf: (text: string) => string,
): Origin => {
  if (event === undefined) return { caller };
  const { operation, project_id, options, jobs, after, after_name, sequence, expires_at } = draft;
  const wish = { operation, project_id, options, jobs, after, after_name, sequence, expires_at };
  const key = keyOf(JSON.stringify([caller, event, wish]));
  return { caller, key, ...(NAME.test(event) && { event_id: event }) };
};

export type ReadPayload =
  | ({ readonly ok: true; readonly draft: Draft } & Omit<Unwrapped, 'body' | 'fault'>)
  | { readonly ok: false; readonly detail: string };

/**
 * Reads what an event rule or a direct caller hands over. What is no intent is told by what it looks like, if that is known.
 * A deadline that was to come when a late event was wished is one, though it is over: the control loop says so.
 */
export const readPayload = (payload: unknown, now: Date, takesReplays: boolean): ReadPayload => {
  const { body, fault, ...origin } = unwrap(payload, takesReplays, now);
  if (fault !== undefined) return { ok: false, detail: fault };
  const { wishedAt } = origin;
  const reading = readNative(body, wishedAt === undefined ? now : new Date(wishedAt));
  if (reading.ok) return { ok: true, draft: reading.draft, ...origin };
  const look = lookOf(payload);
  return { ok: false, detail: look ? looksLike(look) : sentence(reading.faults) };
};

/**
 * Takes the same intent as the native route, from an event rule or a direct invocation. Law: it returns only when the
 * queue has every job, and throws a named error otherwise, so that Lambda's retries and failure destination see it.
 */
export const makeAcceptPayload =
  (accept: Accept, { now, keyOf, takesReplays }: AcceptPayloadOptions): AcceptPayload =>
  async (payload) => {
    const reading = readPayload(payload, now(), takesReplays);
    if (!reading.ok) throw new InvalidIntentError(reading.detail);
    const { draft, wishedAt } = reading;
    const accepted = await accept(draft, originOf(reading, keyOf), undefined, wishedAt);
    if (accepted.kind === 'queued') return receiptOf(accepted.intent);
    const { queued, not_queued } = accepted;
    throw new QueueUnavailableError(
      `the queue took ${queued.length} jobs of ${queued.length + not_queued.length}`,
    );
  };

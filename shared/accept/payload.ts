import { MOST_AHEAD_MS } from '../intent/after.ts';
import { looksLike, recognise } from '../intent/foreign-payload.ts';
import { type JobRequest, readNativeRequest } from '../intent/request.ts';
import { sentence } from '../json/fault.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import type { Accept, Origin } from './accept.ts';
import { type Receipt, receiptOf } from './receipt.ts';
import { wishKey } from './wish-key.ts';

/** The payload is no intent. The message names every fault. A retry cannot help. */
export class InvalidIntentError extends Error {
  override readonly name = 'InvalidIntentError';
}

/**
 * The queue did not take every job. The message says how many it took. If an event is retried, it is the same intent.
 * If a direct caller retries, it is a new intent, which replaces this one for all its jobs.
 */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptPayload = (payload: unknown) => Promise<Receipt>;

/** A source can be of any length. It is cut, since the caller is part of every message and result event. */
const ruleOf = (source: unknown): string =>
  typeof source === 'string' ? `rule:${source.slice(0, 256)}` : 'rule';

/** A payload without the event around it, if there is one. */
interface Delivery {
  /** Why the payload is refused, whatever its body says. */
  readonly fault?: string | undefined;
  readonly body: unknown;
  readonly caller: string;
  /** The id of the event. */
  readonly event?: string | undefined;
  /** The time of a late event, in milliseconds since 1970. */
  readonly wishedAt?: number | undefined;
}

export interface AcceptPayloadOptions {
  readonly now: () => Date;
  /** A digest: equal texts have equal keys, and other texts other keys. */
  readonly keyOf: (text: string) => string;
  /** Whether to accept events that an archive replays. */
  readonly takesReplays: boolean;
}

/**
 * The time of an event that is late or replayed. For a fresh event it is undefined: its time is in whole seconds, which
 * is too coarse to order it.
 */
const wishedAtOf = (time: unknown, isReplay: boolean, now: Date): number | undefined => {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const age = now.getTime() - at;
  return age > (isReplay ? 0 : MOST_AHEAD_MS) ? at : undefined;
};

/** Intent ids hold times from 1970 on. Some senders write year 1, which is .NET's `DateTime.MinValue`. */
const faultOfTime = (time: unknown): string | undefined =>
  typeof time === 'string' && Date.parse(time) < 0
    ? '"time": is before 1970, so it cannot be the time of the event: send that time'
    : undefined;

const REPLAYED =
  '"replay-name": marks an event that an archive replays, and it may be out of date: set ACCEPT_REPLAYS=true to take such events; they keep their age';

/** An event rule delivers an event with the intent as `detail`. A direct caller delivers the intent itself. */
const deliveryOf = (payload: unknown, takesReplays: boolean, now: Date): Delivery => {
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

/** What a run may name as `after`. An event id of another form is not kept. */
const NAME = /^[\x20-\x7e]{1,128}$/;

/** The key by which the ledger recognises an event. It covers the detail too: some senders reuse event ids. */
const originOf = (
  { caller, event, request }: Extract<ReadPayload, { ok: true }>,
  keyOf: (text: string) => string,
): Origin => {
  if (event === undefined) return { caller };
  const key = wishKey([caller, event], request, keyOf);
  return { caller, key, ...(NAME.test(event) && { event_id: event }) };
};

export type ReadPayload =
  | ({ readonly ok: true; readonly request: JobRequest } & Omit<Delivery, 'body' | 'fault'>)
  | { readonly ok: false; readonly detail: string };

/**
 * Reads what an event rule or a direct caller delivers. The fault of a recognised foreign payload says what it looks like.
 * The deadline of a late event must be after the event. It may have passed since: the control loop then says `expired`.
 */
export const readPayload = (payload: unknown, now: Date, takesReplays: boolean): ReadPayload => {
  const { body, fault, ...origin } = deliveryOf(payload, takesReplays, now);
  if (fault !== undefined) return { ok: false, detail: fault };
  const { wishedAt } = origin;
  const reading = readNativeRequest(body, wishedAt === undefined ? now : new Date(wishedAt));
  if (reading.ok) return { ok: true, request: reading.request, ...origin };
  const foreign = recognise(payload);
  return { ok: false, detail: foreign ? looksLike(foreign) : sentence(reading.faults) };
};

/**
 * Accepts an intent from an event rule or a direct invocation, in the form of the native route. Law: it returns only when
 * the queue has every job. Otherwise it throws a named error, for Lambda's retries and failure destination.
 */
export const makeAcceptPayload =
  (accept: Accept, { now, keyOf, takesReplays }: AcceptPayloadOptions): AcceptPayload =>
  async (payload) => {
    const reading = readPayload(payload, now(), takesReplays);
    if (!reading.ok) throw new InvalidIntentError(reading.detail);
    const { request, wishedAt } = reading;
    const accepted = await accept(request, originOf(reading, keyOf), undefined, wishedAt);
    if (accepted.kind === 'queued') return receiptOf(accepted.intent);
    const { queued, not_queued } = accepted;
    throw new QueueUnavailableError(
      `the queue took ${queued.length} jobs of ${queued.length + not_queued.length}`,
    );
  };

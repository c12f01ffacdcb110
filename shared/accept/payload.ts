import { missingSourceGrant, type SourceGrants } from '../callers/source-grants.ts';
import { isCloudEvent, readCloudEvent } from '../intent/cloud-event.ts';
import { looksLike, recognise } from '../intent/foreign-payload.ts';
import type { JobRequest } from '../intent/request.ts';
import { sentence } from '../json/fault.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { type MaybeTraced, traceOf } from '../json/trace-context.ts';
import type { Accept, Origin } from './accept.ts';
import { lateTime, type ReadWish, readAsOf, readCloudWish, type WishEvent } from './read-wish.ts';
import { type Receipt, receiptOf } from './receipt.ts';
import { wishKey } from './wish-key.ts';

/** The payload is no intent. The message names every fault. A retry cannot help. */
export class InvalidIntentError extends Error {
  static override readonly name = 'InvalidIntentError';
  override readonly name = 'InvalidIntentError';
}

/** The source of the event holds no grant for the intent. The message says which. A retry cannot help. */
export class NotGrantedError extends Error {
  static override readonly name = 'NotGrantedError';
  override readonly name = 'NotGrantedError';
}

/**
 * The queue did not take every job. The message says how many it took. If an event is retried, it is the same intent.
 * If a direct caller retries, it is a new intent, which replaces this one for all its jobs.
 */
export class QueueUnavailableError extends Error {
  static override readonly name = 'QueueUnavailableError';
  override readonly name = 'QueueUnavailableError';
}

export type AcceptPayload = (payload: unknown) => Promise<Receipt>;

/** A source can have any length. It is cut, because every message and every result carries the caller. */
const ruleOf = (source: unknown): string =>
  typeof source === 'string' ? `rule:${source.slice(0, 256)}` : 'rule';

/** A payload without the event around it, if there is one. */
interface Delivery {
  /** Why the payload is refused, whatever its body says. */
  readonly fault?: string | undefined;
  readonly body: unknown;
  readonly caller: string;
  /** The id of the event. */
  readonly id?: string | undefined;
  /** The time of a late event, in milliseconds since 1970. */
  readonly wishedAt?: number | undefined;
  readonly isReplay: boolean;
  /** The trace of the message that the event was taken out of. */
  readonly trace?: MaybeTraced;
}

export interface ReadPayloadOptions {
  /** Whether to accept events that an archive replays. */
  readonly takesReplays: boolean;
  /** What each source may do. Undefined: all that IAM lets it send. */
  readonly sourceGrants?: SourceGrants | undefined;
}

export interface AcceptPayloadOptions extends ReadPayloadOptions {
  readonly now: () => Date;
  /** A digest: equal texts have equal keys, and other texts other keys. */
  readonly keyOf: (text: string) => string;
}

/** Intent ids hold times from 1970 on. Some senders write year 1, which is .NET's `DateTime.MinValue`. */
const faultOfTime = (time: unknown): string | undefined =>
  typeof time === 'string' && Date.parse(time) < 0
    ? '"time": is before 1970, so it cannot be the time of the event: send that time'
    : undefined;

const REPLAYED =
  '"replay-name": marks an event that an archive replays, and it may be out of date: set ACCEPT_REPLAYS=true to take such events; they keep their age';

const timeOf = (time: unknown): number | undefined => {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** An event rule delivers an event with the intent as `detail`. A direct caller delivers the intent itself. */
const deliveryOf = (payload: unknown, takesReplays: boolean, now: Date): Delivery => {
  if (!isObject(payload) || !('detail-type' in payload))
    return { body: payload, caller: 'direct', isReplay: false };
  const { id, time, detail: body, source, 'replay-name': replay } = payload satisfies JsonObject;
  const isReplay = replay !== undefined && replay !== null;
  return {
    fault: isReplay && !takesReplays ? REPLAYED : faultOfTime(time),
    body,
    caller: ruleOf(source),
    id: typeof id === 'string' ? id : undefined,
    wishedAt: lateTime(timeOf(time), now, isReplay),
    isReplay,
    trace: traceOf(payload),
  };
};

/** What a run may name as `after`. An event id of another form is not kept. */
const NAME = /^[\x20-\x7e]{1,128}$/;

/** Who sent a wish, and the key by which the ledger recognises its event. */
export const originOf = (
  caller: string,
  request: JobRequest,
  event: WishEvent | undefined,
  keyOf: (text: string) => string,
): Origin => {
  if (event === undefined) return { caller };
  const key = wishKey([caller, event.repeat], request, keyOf);
  return { caller, key, ...(NAME.test(event.id) && { event_id: event.id }) };
};

export type ReadPayload =
  | (Extract<ReadWish, { ok: true }> & {
      readonly caller: string;
      /** The trace of the message around it, if there was one. */
      readonly outerTrace: MaybeTraced;
    })
  | { readonly ok: false; readonly detail: string; readonly isDenied: boolean };

const invalid = (detail: string): ReadPayload => ({ ok: false, detail, isDenied: false });

/** An intent, or a CloudEvent with one. A CloudEvent's own id and time say more than those of the event around it. */
const readBody = ({ body, id, wishedAt, isReplay }: Delivery, now: Date): ReadWish => {
  if (isCloudEvent(body))
    return readCloudWish(readCloudEvent(body), {
      now,
      dataAt: '#/data',
      outerWishedAt: wishedAt,
      isReplay,
    });
  const wish = readAsOf(body, now, wishedAt);
  return wish.ok && id !== undefined ? { ...wish, event: { repeat: id, id } } : wish;
};

/**
 * Reads what an event rule or a direct caller delivers. If a payload looks like one of another kind, the fault says which. The
 * deadline of a late event must be later than the event. It may have passed since: then the control loop says `expired`.
 */
export const readPayload = (
  payload: unknown,
  now: Date,
  { takesReplays, sourceGrants }: ReadPayloadOptions,
): ReadPayload => {
  const delivery = deliveryOf(payload, takesReplays, now);
  const { fault, caller, body, trace: outerTrace = {} } = delivery;
  if (fault !== undefined) return invalid(fault);
  const wish = readBody(delivery, now);
  if (!wish.ok) {
    const foreign = isCloudEvent(body) ? undefined : recognise(payload);
    return invalid(foreign ? looksLike(foreign) : sentence(wish.faults));
  }
  const missing = missingSourceGrant(sourceGrants, caller, wish.request);
  return missing === undefined
    ? { ...wish, caller, outerTrace }
    : { ok: false, detail: missing, isDenied: true };
};

/** The error that an invocation fails with for a payload that was not read. */
export const errorOf = ({
  detail,
  isDenied,
}: Omit<Extract<ReadPayload, { ok: false }>, 'ok'>): Error =>
  isDenied ? new NotGrantedError(detail) : new InvalidIntentError(detail);

/**
 * Accepts an intent from an event rule or a direct invocation, in the form of the native route. Law: it returns only when
 * the queue has every job. Otherwise it throws a named error, for Lambda's retries and failure destination.
 */
export const makeAcceptPayload =
  (accept: Accept, { now, keyOf, ...options }: AcceptPayloadOptions): AcceptPayload =>
  async (payload) => {
    const reading = readPayload(payload, now(), options);
    if (!reading.ok) throw errorOf(reading);
    const { request, caller, event, wishedAt, outerTrace, trace = outerTrace } = reading;
    const origin = { ...originOf(caller, request, event, keyOf), ...trace };
    const accepted = await accept(request, origin, undefined, wishedAt);
    if (accepted.kind === 'queued') return receiptOf(accepted.intent);
    const { queued, not_queued } = accepted;
    throw new QueueUnavailableError(
      `the queue took ${queued.length} jobs of ${queued.length + not_queued.length}`,
    );
  };

import type { Accept } from './accept.ts';
import { readNative } from './core/draft.ts';
import { sentence } from './core/fault.ts';
import { isObject } from './core/json.ts';
import { type Receipt, receiptOf } from './core/receipt.ts';

/** The payload is no intent. Its message names every fault; trying again will not help. */
export class InvalidIntentError extends Error {
  override readonly name = 'InvalidIntentError';
}

/** The queue did not take every job. Its message says how many it took; trying again is safe. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptPayload = (payload: unknown) => Promise<Receipt>;

/** An event rule hands over an envelope with the intent as `detail`; a direct caller hands over the intent itself. */
const unwrap = (payload: unknown): { body: unknown; caller: string } =>
  isObject(payload) && 'detail-type' in payload
    ? { body: payload.detail, caller: `rule:${String(payload.source)}` }
    : { body: payload, caller: 'direct' };

/**
 * Takes the same intent as the native route, from an event rule or a direct invocation. Law: it returns only when the
 * queue has every job, and throws a named error otherwise, so that Lambda's retries and failure destination see it.
 */
export const makeAcceptPayload =
  (accept: Accept, now: () => Date): AcceptPayload =>
  async (payload) => {
    const { body, caller } = unwrap(payload);
    const reading = readNative(body, now());
    if (!reading.ok) throw new InvalidIntentError(sentence(reading.faults));
    const accepted = await accept(reading.draft, { caller });
    if (accepted.kind === 'queued') return receiptOf(accepted.intent);
    const { queued, not_queued } = accepted;
    throw new QueueUnavailableError(
      `the queue took ${queued.length} jobs of ${queued.length + not_queued.length}`,
    );
  };

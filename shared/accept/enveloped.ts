import type { Unwrapped } from '../intent/envelope.ts';
import {
  type AcceptPayload,
  InvalidIntentError,
  QueueUnavailableError,
  type ReadPayload,
  readPayload,
} from './payload.ts';
import type { Receipt } from './receipt.ts';
import { unwrap } from './unwrap.ts';

export type AcceptEnveloped = (payload: unknown) => Promise<Receipt | readonly Receipt[]>;

export interface AcceptEnvelopedOptions {
  readonly now: () => Date;
  /** The envelopes that are opened; all others are refused by name. */
  readonly named: ReadonlySet<Unwrapped>;
  /** Whether events are taken that an archive replays. */
  readonly takesReplays: boolean;
}

/** Parts that an error tells of, one by one. */
const SHOWN = 10;

/** Which parts of a batch failed and why, counted from 0 as their places in it are. */
const sentence = (faults: ReadonlyMap<number, string>, size: number): string => {
  const shown = [...faults].slice(0, SHOWN).map(([place, detail]) => `[${place}] ${detail}`);
  const rest = faults.size - shown.length;
  return `${faults.size} of ${size} intents: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
};

/**
 * Takes intents also out of envelopes that a setting names. A batch (SQS, SNS, Pipes) is answered by the receipts of its
 * intents, in its order. Law: if one of them is invalid, none is queued; if the queue did not take one whole, the error
 * names it, and those that are not named are queued.
 */
export const makeAcceptEnveloped =
  (
    acceptPayload: AcceptPayload,
    { now, named, takesReplays }: AcceptEnvelopedOptions,
  ): AcceptEnveloped =>
  async (payload) => {
    const opened = unwrap(payload, named);
    if (!opened.ok) throw new InvalidIntentError(opened.detail);
    const { payloads, isBatch } = opened;
    const [only] = payloads;
    const read = (one: unknown) => readPayload(one, now(), takesReplays);
    return isBatch ? acceptAll(acceptPayload, payloads, read) : acceptPayload(only);
  };

const acceptAll = async (
  acceptPayload: AcceptPayload,
  payloads: readonly unknown[],
  readOne: (payload: unknown) => ReadPayload,
): Promise<readonly Receipt[]> => {
  const invalid = new Map<number, string>();
  payloads.forEach((payload, place) => {
    const read = readOne(payload);
    if (!read.ok) invalid.set(place, read.detail);
  });
  if (invalid.size > 0)
    throw new InvalidIntentError(`none was queued, for ${sentence(invalid, payloads.length)}`);
  // Begun in their order, so that a later one of the batch is the newer intent.
  const settled = await Promise.allSettled(payloads.map(acceptPayload));
  const failed = new Map<number, string>();
  const receipts = settled.flatMap((part, place) => {
    if (part.status === 'fulfilled') return [part.value];
    const { reason } = part;
    // A deadline may have passed since it was judged.
    const isTold = reason instanceof QueueUnavailableError || reason instanceof InvalidIntentError;
    if (!isTold) throw reason;
    failed.set(place, reason.message);
    return [];
  });
  if (failed.size > 0)
    throw new QueueUnavailableError(`not queued whole: ${sentence(failed, payloads.length)}`);
  return receipts;
};

import {
  type AcceptPayload,
  errorOf,
  InvalidIntentError,
  QueueUnavailableError,
  type ReadPayload,
  type ReadPayloadOptions,
  readPayload,
} from './payload.ts';
import type { Receipt } from './receipt.ts';
import { faultOfSource, type Opens, unwrap } from './unwrap.ts';

export type AcceptEnveloped = (payload: unknown) => Promise<Receipt | readonly Receipt[]>;

export interface AcceptEnvelopedOptions extends ReadPayloadOptions {
  readonly now: () => Date;
  /** The envelopes that are opened. All others are refused by name. */
  readonly opens: Opens;
}

/** The most parts that one error describes. */
const SHOWN = 10;

/** Which parts of a batch failed, and why. Places count from 0. */
const sentence = (faults: ReadonlyMap<number, string>, size: number): string => {
  const shown = [...faults].slice(0, SHOWN).map(([place, detail]) => `[${place}] ${detail}`);
  const rest = faults.size - shown.length;
  return `${faults.size} of ${size} intents: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
};

/**
 * Accepts intents, also out of the envelopes that a setting names. A batch (SQS, SNS, Pipes) is answered by one receipt
 * per intent, in its order. Laws: one invalid intent keeps the whole batch off the queue. If the queue does not take an
 * intent whole, the error names it; all intents that the error does not name are queued.
 */
export const makeAcceptEnveloped =
  (
    acceptPayload: AcceptPayload,
    { now, opens, ...options }: AcceptEnvelopedOptions,
  ): AcceptEnveloped =>
  async (payload) => {
    const fault = faultOfSource(payload);
    if (fault !== undefined) throw new InvalidIntentError(fault);
    const opened = unwrap(payload, opens);
    if (!opened.ok) throw new InvalidIntentError(opened.detail);
    const { payloads, isBatch } = opened;
    const [only] = payloads;
    const read = (one: unknown) => readPayload(one, now(), options);
    return isBatch ? acceptAll(acceptPayload, payloads, read) : acceptPayload(only);
  };

/** Throws if one is refused. If all that are refused are denied, the error says so. */
const refuseAny = (all: readonly ReadPayload[]): void => {
  const refused = all.flatMap((read, place) => (read.ok ? [] : [[place, read] as const]));
  if (refused.length === 0) return;
  const details = new Map(refused.map(([place, { detail }]) => [place, detail]));
  const isDenied = refused.every(([, read]) => read.isDenied);
  throw errorOf({ detail: `none was queued, for ${sentence(details, all.length)}`, isDenied });
};

const acceptAll = async (
  acceptPayload: AcceptPayload,
  payloads: readonly unknown[],
  readOne: (payload: unknown) => ReadPayload,
): Promise<readonly Receipt[]> => {
  refuseAny(payloads.map(readOne));
  // All begin in batch order, so that of two intents the later one is newer.
  const settled = await Promise.allSettled(payloads.map(acceptPayload));
  const failed = new Map<number, string>();
  const receipts = settled.flatMap((part, place) => {
    if (part.status === 'fulfilled') return [part.value];
    const { reason } = part;
    // A deadline can pass between the check above and this.
    const isExpected =
      reason instanceof QueueUnavailableError || reason instanceof InvalidIntentError;
    if (!isExpected) throw reason;
    failed.set(place, reason.message);
    return [];
  });
  if (failed.size > 0)
    throw new QueueUnavailableError(`not queued whole: ${sentence(failed, payloads.length)}`);
  return receipts;
};

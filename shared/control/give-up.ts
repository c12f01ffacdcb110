import type { VerdictInfo } from '../intent/result.ts';
import { isSettled, type OpenIntent, settleOpen } from './open-intent.ts';

export const FAILED = 'failed: the receive count ran out before every job had a verdict';

/** Receives that are kept for telling: a fault on the last one would leave a failed message without its events. */
const SPARE_RECEIVES = 2;

/** Whether the queue is about to give one of its messages for the last time. */
export const isOnItsLast = ({ messages }: OpenIntent, maxReceives: number): boolean => {
  const lastReceive = Math.max(1, maxReceives - SPARE_RECEIVES);
  return messages.some(({ receiveCount }) => receiveCount >= lastReceive);
};

/**
 * Whether an open intent belongs on the dead-letter queue: a job of it has failed. Told by the record, so that a burial that did
 * not succeed is tried again; one that was moved back from there is received anew, and only told of again.
 */
export const hasFailed = (openIntent: OpenIntent, maxReceives: number): boolean =>
  isOnItsLast(openIntent, maxReceives) &&
  openIntent.verdicts.some((verdict) => verdict?.outcome === 'failed');

/** What is open when the queue is about to give a message for the last time has failed. `now` is in milliseconds since 1970. */
export const failIfLast = (openIntent: OpenIntent, maxReceives: number, now: number): void => {
  if (!isOnItsLast(openIntent, maxReceives) || isSettled(openIntent)) return;
  const last = openIntent.reason === undefined ? '' : `; the last time: ${openIntent.reason}`;
  const error = { code: 'attempts-exhausted', message: FAILED + last };
  const verdict: VerdictInfo = { outcome: 'failed', error };
  settleOpen(openIntent, { ...verdict, calledAt: now, settledAt: now });
};

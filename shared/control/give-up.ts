import type { VerdictInfo } from '../intent/result.ts';
import type { OpenIntent } from './open-intent.ts';
import type { Received } from './received.ts';

export const FAILED = 'failed: the receive count ran out before every job had a verdict';

/** Receives that are kept for publishing: a fault on the last one would leave a failed message without its events. */
const SPARE_RECEIVES = 2;

/** Whether the queue is about to give a message for the last time. */
export const isOnItsLastReceive = (
  { receiveCount }: Pick<Received, 'receiveCount'>,
  maxReceives: number,
): boolean => receiveCount >= Math.max(1, maxReceives - SPARE_RECEIVES);

/** Whether the queue is about to give one of its messages for the last time. */
export const isOnItsLast = ({ messages }: OpenIntent, maxReceives: number): boolean =>
  messages.some((message) => isOnItsLastReceive(message, maxReceives));

/**
 * Whether a message with this open intent belongs on the dead-letter queue: one of its jobs has failed. Its record tells,
 * so a move that did not succeed is tried again. A message that was moved back counts its receives from one again: it is
 * published once more, and goes.
 */
export const hasFailed = (openIntent: OpenIntent, maxReceives: number): boolean =>
  isOnItsLast(openIntent, maxReceives) &&
  openIntent.record.verdicts.some((verdict) => verdict?.outcome === 'failed');

/** Jobs that are open when the queue is about to give the message for the last time have failed. `now`: milliseconds since 1970. */
export const failIfLast = (openIntent: OpenIntent, maxReceives: number, now: number): void => {
  if (!isOnItsLast(openIntent, maxReceives) || openIntent.isSettled) return;
  const last =
    openIntent.record.reason === undefined ? '' : `; the last time: ${openIntent.record.reason}`;
  const error = { code: 'attempts-exhausted', message: FAILED + last };
  const verdict: VerdictInfo = { outcome: 'failed', error };
  openIntent.settleOpen({ ...verdict, calledAt: now, settledAt: now });
};

import type { VerdictInfo } from '../core/result.ts';
import { isSettled, type Part, settleOpen } from './part.ts';

export const FAILED = 'failed: the receive count ran out before every job had a verdict';

/** Receives that are kept for telling: a fault on the last one would leave a failed message without its events. */
const SPARE_RECEIVES = 2;

/** Given up today, unless somebody else's verdicts were recorded first. */
export const hasFailed = ({ failed, verdicts }: Part): boolean =>
  failed && verdicts.some((verdict) => verdict?.outcome === 'failed');

/** What is open when the queue is about to give a message for the last time has failed. `now` is in milliseconds since 1970. */
export const failIfLast = (part: Part, maxReceives: number, now: number): void => {
  const lastReceive = Math.max(1, maxReceives - SPARE_RECEIVES);
  const isLast = part.messages.some(({ receiveCount }) => receiveCount >= lastReceive);
  if (!isLast || isSettled(part)) return;
  const error = { code: 'attempts-exhausted', message: FAILED };
  const verdict: VerdictInfo = { outcome: 'failed', error };
  settleOpen(part, { ...verdict, calledAt: now, settledAt: now });
  part.failed = true;
};

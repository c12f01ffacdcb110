import type { OpenIntent } from './open-intent.ts';
import type { Received } from './received.ts';
import { isWaiting, pauseOf, wakesAt } from './waiting.ts';

/** Seconds. The longest wait between two tries keeps the cost of polling low and the wait after an outage bearable. */
const LONGEST = 900;
const SHORTEST = 2;

/** Seconds until a moment that is `ms` milliseconds away, and a little more, so that not all come back at once. */
export const delayFor = (ms: number, random: number, atLeast: number): number =>
  Math.ceil(Math.min(LONGEST, Math.max(ms / 1_000 + random * SHORTEST, atLeast, 1)));

/**
 * Seconds until a message is tried again: what the upstream asks for if it asks, else doubled with each receive. Half of
 * that is jitter, so that messages that were given back together do not come back together. `random` is in [0, 1).
 */
export const retryDelay = (receiveCount: number, random: number, retryAfter?: number): number => {
  const ceiling = Math.min(LONGEST, SHORTEST * 2 ** Math.min(receiveCount, 20));
  const grown = (ceiling * (1 + random)) / 2;
  return Math.ceil(Math.min(LONGEST, Math.max(grown, retryAfter ?? 0)));
};

/** A message that found no time waits as if it had come so often, however often it has come. */
const QUICK_RECEIVES = 1;

/** It does so at most this often, and for at most a tenth of the receives that the queue allows. */
const MOST_QUICK = 100;
const QUICK_SHARE = 0.1;

export interface DelayOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
  readonly maxReceives: number;
}

/** Seconds until a message comes back that found no time. */
export const quickDelay = (
  { receiveCount }: Pick<Received, 'receiveCount'>,
  { random, maxReceives }: Omit<DelayOptions, 'now'>,
  pause = 0,
): number => {
  const isQuick = receiveCount < Math.min(MOST_QUICK, maxReceives * QUICK_SHARE);
  return retryDelay(isQuick ? Math.min(receiveCount, QUICK_RECEIVES) : receiveCount, random, pause);
};

/** Seconds until a message comes back that these open intents are in, by why they wait. */
export const delayOf = (
  { receiveCount }: Pick<Received, 'receiveCount'>,
  openIntents: readonly OpenIntent[],
  { now, random, maxReceives }: DelayOptions,
): number => {
  const waits = openIntents.flatMap((openIntent) => openIntent.waits);
  const pause = pauseOf(waits);
  const isTried = isWaiting(waits, 'in vain');
  const open = openIntents.filter(({ isSettled }) => !isSettled);
  const wakes = open.map(wakesAt).filter((at) => at !== undefined);
  if (wakes.length > 0 && wakes.length === open.length) {
    // Repeats grow, so that a job that is never answered does not use up the receives of its message.
    const atLeast = isTried ? retryDelay(receiveCount, random, pause) : pause;
    return delayFor(Math.min(...wakes) - now, random, atLeast);
  }
  return isWaiting(waits, 'no time') && !isTried
    ? quickDelay({ receiveCount }, { random, maxReceives }, pause)
    : retryDelay(receiveCount, random, pause);
};

/** Seconds. The longest wait between two tries keeps the cost of polling low and the wait after an outage bearable. */
const LONGEST = 900;
const SHORTEST = 2;

/** Seconds until a moment that is so many milliseconds away, and a little more, so that not all come at once. */
export const delayFor = (ms: number, random: number, atLeast: number): number =>
  Math.ceil(Math.min(LONGEST, Math.max(ms / 1_000 + random * SHORTEST, atLeast, 1)));

/**
 * Seconds until a message is tried again: what the upstream asks for if it asks, else doubling with each receive, with
 * half of it jitter so that messages given back together do not come back together. `random` is in [0, 1).
 */
export const retryDelay = (receiveCount: number, random: number, retryAfter?: number): number => {
  const ceiling = Math.min(LONGEST, SHORTEST * 2 ** Math.min(receiveCount, 20));
  const grown = (ceiling * (1 + random)) / 2;
  return Math.ceil(Math.min(LONGEST, Math.max(grown, retryAfter ?? 0)));
};

/** How many requests were served in this second and in the one before. */
interface Served {
  /** Seconds since 1970. */
  readonly second: number;
  readonly count: number;
  readonly before: number;
}

/**
 * How fast requests of one project may follow each other at one service. Without throttles there is no limit. Each throttle
 * takes three tenths of the rate, and each good reply adds a step (additive increase, multiplicative decrease). No throttle
 * takes the rate below what was served within the last second: an upstream that throttles at random, whatever the rate,
 * serves no more if it is asked less. A rate that is high enough is dropped.
 */
export interface Pace {
  /** Requests per second. Undefined: no limit. */
  readonly rate: number | undefined;
  /** Milliseconds since 1970: the next turn. */
  readonly nextAt: number;
  /** Milliseconds since 1970: no request goes out before, also if it had its turn. */
  readonly heldUntil: number;
  /** Throttles since the last good reply. */
  readonly throttles: number;
  readonly served: Served;
}

const FIRST_RATE = 8;
const SLOWEST_RATE = 0.1;
const FASTEST_RATE = 50;
const STEP = 2;
const DECREASE = 0.7;

/** A longer pause counts as one of so many seconds: an upstream that asks for days may mean something else. */
export const LONGEST_PAUSE_SECONDS = 900;

const NONE: Served = { second: 0, count: 0, before: 0 };

export const FREE: Pace = { rate: undefined, nextAt: 0, heldUntil: 0, throttles: 0, served: NONE };

const SECOND_MS = 1_000;

/** The counts as of now. */
const servedAsOf = ({ second, count, before }: Served, now: number): Served => {
  const current = Math.floor(now / SECOND_MS);
  if (current === second) return { second, count, before };
  return { second: current, count: 0, before: current === second + 1 ? count : 0 };
};

/** Requests served within the last second, as far as the counts of whole seconds tell. */
const servedLately = (served: Served, now: number): number => {
  const { count, before } = servedAsOf(served, now);
  return count + before * (1 - (now % SECOND_MS) / SECOND_MS);
};

/**
 * When the next request may go out, and the pace after it. Each request takes a turn of its own. If there is a limit, turns
 * have full jitter, so that several processes do not go in step. `random` is in [0, 1).
 */
export const takeTurn = (
  pace: Pace,
  now: number,
  random: number,
): readonly [at: number, after: Pace] => {
  const at = Math.max(now, pace.nextAt, pace.heldUntil);
  if (pace.rate === undefined) return [at, pace];
  const gap = 1_000 / pace.rate;
  return [at, { ...pace, nextAt: at + 2 * gap * random }];
};

/** The pace after a request was served. A pause that the upstream asked for goes on. */
export const speedUp = (pace: Pace, now: number): Pace => {
  const current = servedAsOf(pace.served, now);
  const served = { ...current, count: current.count + 1 };
  if (pace.rate === undefined) return { ...pace, served };
  const rate = pace.rate + STEP;
  if (rate <= FASTEST_RATE) return { ...pace, rate, throttles: 0, served };
  return { ...FREE, heldUntil: pace.heldUntil, served };
};

/** The pace after a throttle. `retryAfter`, in seconds, stops every request of the project at this service. */
export const slowDown = (pace: Pace, now: number, retryAfter = 0): Pace => {
  const slower =
    pace.rate === undefined ? FIRST_RATE : Math.max(SLOWEST_RATE, pace.rate * DECREASE);
  const rate = Math.min(FASTEST_RATE, Math.max(slower, servedLately(pace.served, now)));
  return {
    rate,
    nextAt: Math.max(pace.nextAt, now + 1_000 / rate),
    heldUntil: Math.max(pace.heldUntil, now + 1_000 * Math.min(retryAfter, LONGEST_PAUSE_SECONDS)),
    throttles: pace.throttles + 1,
    served: pace.served,
  };
};

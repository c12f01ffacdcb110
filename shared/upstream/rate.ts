/**
 * How fast requests may follow each other, towards one service for one project. Without throttles there is no bound;
 * from the first one on the rate goes down by three tenths with each throttle and up by a step with each good reply
 * (additive increase, multiplicative decrease), until it is high enough to be forgotten.
 */
export interface Pace {
  /** Requests per second; undefined: as they come. */
  readonly rate: number | undefined;
  /** Milliseconds since 1970: when the next turn is. */
  readonly nextAt: number;
  /** Milliseconds since 1970: nothing goes out before, whoever had a turn. */
  readonly heldUntil: number;
  /** Throttles since the last good reply. */
  readonly throttles: number;
}

const FIRST_RATE = 8;
const SLOWEST_RATE = 0.1;
const FASTEST_RATE = 50;
const STEP = 2;
const DECREASE = 0.7;

/** A pause that is longer counts as one of so many seconds: whoever asks for days may have meant something else. */
export const LONGEST_PAUSE_SECONDS = 900;

export const FREE: Pace = { rate: undefined, nextAt: 0, heldUntil: 0, throttles: 0 };

/**
 * When the next request may go out, and the pace after it: each takes a turn of its own, with full jitter where there
 * is a bound, so that several processes do not go in step. `random` is in [0, 1).
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

/** The pace after a request was served. What is held back stays so. */
export const speedUp = (pace: Pace): Pace => {
  if (pace.rate === undefined) return pace;
  const rate = pace.rate + STEP;
  if (rate <= FASTEST_RATE) return { ...pace, rate, throttles: 0 };
  return { ...FREE, heldUntil: pace.heldUntil };
};

/** The pace after a throttle. `retryAfter`, in seconds, holds every request back that goes the same way. */
export const slowDown = (pace: Pace, now: number, retryAfter = 0): Pace => {
  const rate = pace.rate === undefined ? FIRST_RATE : Math.max(SLOWEST_RATE, pace.rate * DECREASE);
  return {
    rate,
    nextAt: Math.max(pace.nextAt, now + 1_000 / rate),
    heldUntil: Math.max(pace.heldUntil, now + 1_000 * Math.min(retryAfter, LONGEST_PAUSE_SECONDS)),
    throttles: pace.throttles + 1,
  };
};

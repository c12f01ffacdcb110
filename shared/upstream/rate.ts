import { NONE_SERVED, oneMore, type Served, servedLately } from './served.ts';
import {
  isExcessive,
  isNoHelp,
  shareOf,
  type Trial,
  together,
  trialFrom,
  withBegun,
  withReply,
} from './trial.ts';

/** A limit that we keep to. */
interface Limit {
  /** Requests per second that the upstream seems to serve at the most. */
  readonly ceiling: number;
  /** Replies to requests that began since the limit was set. */
  readonly replies: number;
  /** What came of the requests before that. It shows whether the limit helps. */
  readonly before: Trial;
  /** That refusals were known to be random then. */
  readonly isBesideRandom: boolean;
}

/**
 * How fast requests of one project may follow each other at one service. Without throttles there is no limit.
 *
 * An upstream refuses what is too fast, or it refuses at random. So a share of refusals is usual. If more are refused, we
 * go slower. If the share is the same then, the refusals are random: the share is usual from then on, and the limit goes.
 * If it is smaller, the upstream has a limit. The rate rises up to it, waits there, and then tries more.
 */
export interface Pace {
  /** Undefined: requests go as they come. */
  readonly limit: Limit | undefined;
  /** The share of requests that is refused at any rate. */
  readonly usual: number;
  /** That the usual share was seen at two rates. */
  readonly isRandom: boolean;
  /** The requests since the limit was set or dropped. */
  readonly trial: Trial;
  /** Milliseconds since 1970: the next turn, if there is a limit. */
  readonly nextAt: number;
  /** Milliseconds since 1970: no request goes out before. */
  readonly heldUntil: number;
  /** Rounds of throttles since the last good reply. Requests side by side are one round. */
  readonly throttles: number;
  /** Milliseconds since 1970: when the last round ended. 0: there was none. */
  readonly throttledAt: number;
  readonly served: Served;
}

const SECOND_MS = 1_000;

/** A longer pause counts as one of so many seconds: an upstream that asks for days may mean something else. */
export const LONGEST_PAUSE_SECONDS = 900;

/** Refused at random before anything is known; and once the upstream has shown a limit. */
const FIRST_USUAL = 0.05;
const LEAST_USUAL = 0.02;

/** If more are refused at a lower rate, the upstream serves hardly any request now. */
const MOST_USUAL = 0.8;

const FIRST_RATE = 8;
const SLOWEST_RATE = 0.25;

/** Above it a limit holds up no request, so it is dropped. */
const FASTEST_RATE = 1_000;

/** After so long without a throttle, all that we know of the upstream is forgotten. */
const FORGOTTEN_MS = 120_000;

/** After so many replies we judge whether a limit helps. */
const JUDGED_AFTER = 12;

/** Or after so many refusals, if hardly anything was served. */
const HOPELESS_AFTER = 6;

/** After so many replies the rate is at the ceiling. */
const AT_CEILING = 20;

export const FREE: Pace = {
  limit: undefined,
  usual: FIRST_USUAL,
  isRandom: false,
  trial: trialFrom(0),
  nextAt: 0,
  heldUntil: 0,
  throttles: 0,
  throttledAt: 0,
  served: NONE_SERVED,
};

/**
 * Requests per second; undefined without a limit. Cubic, like TCP CUBIC (RFC 9438), but by replies in place of time: from two
 * thirds of the ceiling, flat around it, and steep above.
 */
export const rateOf = ({ limit }: Pace): number | undefined =>
  limit && Math.max(SLOWEST_RATE, limit.ceiling * (1 + (limit.replies / AT_CEILING - 1) ** 3 / 3));

/** When the next request may go out. */
export const turnAt = ({ limit, nextAt, heldUntil }: Pace, now: number): number =>
  Math.max(now, heldUntil, limit === undefined ? 0 : nextAt);

/**
 * The pace after a request has begun. With a limit, the next turn is a gap later, with jitter, so that several processes do
 * not go in step. `random` is in [0, 1).
 */
export const begin = (pace: Pace, now: number, random: number): Pace => {
  const rate = rateOf(pace);
  const gap = rate === undefined ? 0 : SECOND_MS / rate;
  return { ...pace, trial: withBegun(pace.trial), nextAt: now + gap * (0.5 + random) };
};

const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, value));

const limited = (pace: Pace, now: number, ceiling: number, before = pace.trial): Pace => ({
  ...pace,
  limit: { ceiling, replies: 0, before, isBesideRandom: pace.isRandom },
  trial: trialFrom(now),
});

/** The pace after a limit has been tried. */
const judged = (pace: Pace, limit: Limit, now: number): Pace => {
  const { trial } = pace;
  const both = together(limit.before, trial);
  if (shareOf(trial) > MOST_USUAL) {
    const lately = servedLately(pace.served, now);
    return limited(pace, now, between(limit.ceiling / 4, lately, limit.ceiling / 2), both);
  }
  if (!isNoHelp(limit.before, trial)) return { ...pace, usual: LEAST_USUAL, isRandom: false };
  const random = { ...pace, usual: Math.min(MOST_USUAL, shareOf(both)), isRandom: true };
  // What was too fast for a known random upstream has met a limit as well.
  return limit.isBesideRandom ? random : { ...random, limit: undefined, trial: trialFrom(now) };
};

/** Counts a reply to a request that began at this time. */
const counted = (pace: Pace, now: number, begunAt: number, isServed: boolean): Pace => {
  const { limit, trial } = pace;
  if (begunAt < trial.since)
    return limit === undefined
      ? pace
      : { ...pace, limit: { ...limit, before: withReply(limit.before, isServed) } };
  const tried = withReply(trial, isServed);
  if (limit === undefined) return { ...pace, trial: tried };
  const after = { ...limit, replies: limit.replies + 1 };
  const isHopeless = tried.refused >= HOPELESS_AFTER && tried.served <= 1;
  const isDue = after.replies === JUDGED_AFTER || (after.replies < JUDGED_AFTER && isHopeless);
  const next = { ...pace, limit: after, trial: tried };
  return isDue ? judged(next, after, now) : next;
};

/** The pace after a request that began at this time was served. A pause that the upstream asked for goes on. */
export const speedUp = (pace: Pace, now: number, begunAt: number): Pace => {
  const served = oneMore(pace.served, now);
  if (pace.throttledAt > 0 && now - pace.throttledAt > FORGOTTEN_MS)
    return { ...FREE, heldUntil: pace.heldUntil, served };
  const next = counted({ ...pace, throttles: 0, served }, now, begunAt, true);
  const { limit, trial } = next;
  if (limit === undefined) return next;
  if ((rateOf(next) ?? 0) > FASTEST_RATE) return { ...next, limit: undefined };
  if (begunAt >= trial.since) return next;
  // It was under way when the limit was set, so the upstream serves more than was known then.
  const ceiling = Math.max(limit.ceiling, servedLately(served, now));
  return { ...next, limit: { ...limit, ceiling } };
};

/** Sets a limit if too many are refused, or a lower one. */
const checked = (pace: Pace, now: number): Pace => {
  const { limit, trial, usual, isRandom } = pace;
  const rate = rateOf(pace);
  if (!isExcessive(trial, usual, isRandom && limit === undefined ? 3 : 2)) return pace;
  const lately = servedLately(pace.served, now);
  if (limit === undefined || rate === undefined)
    return limited(pace, now, Math.max(FIRST_RATE, lately));
  if (limit.replies < JUDGED_AFTER) return pace;
  return limited(pace, now, between(0.35 * rate, lately, 0.65 * rate));
};

/**
 * The pace after a request that began at this time was throttled. `retryAfter`, in seconds, stops every request of the
 * project at this service.
 */
export const slowDown = (pace: Pace, now: number, begunAt: number, retryAfter = 0): Pace => {
  const pause = SECOND_MS * Math.min(retryAfter, LONGEST_PAUSE_SECONDS);
  const isNewRound = begunAt >= pace.throttledAt;
  const noted: Pace = {
    ...pace,
    heldUntil: Math.max(pace.heldUntil, now + pause),
    throttles: pace.throttles + (isNewRound ? 1 : 0),
    throttledAt: isNewRound ? now : pace.throttledAt,
  };
  const next = counted(noted, now, begunAt, false);
  return begunAt < next.trial.since ? next : checked(next, now);
};

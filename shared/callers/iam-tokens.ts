import { makeBoundedCache } from './bounded-cache.ts';
import { sha256 } from './digest.ts';
import type { AskIam, TokenHolder, TokenReading } from './iam-reply.ts';

/** The longest that an answer of IAM counts. In that time a token may end by a new password, and we do not see it. */
const VALID_MS = 10 * 60_000;

/** A token counts until so long before its end. */
const MARGIN_MS = 30_000;

/** A refused token is not asked about again for so long. */
const REFUSED_MS = 60_000;

/** After a request without an answer, IAM is asked nothing for so long. `Retry-After` says as long. */
const SILENT_MS = 5_000;

/** After so many bad tokens in {@link REFUSED_MS}, new ones are asked about one by one: IAM throttles who asks too often. */
const MOST_REFUSALS = 20;

/** Then so much time lies between two of them. */
const TRICKLE_MS = 1_000;

/** New tokens that are asked about at once. */
const MOST_UNDER_WAY = 8;

/** Tokens remembered, good and refused ones each. */
const MOST_KEPT = 1_000;

type IsKnown = (holder: TokenHolder) => boolean;

/** What is known of a token, by IAM's answer or by memory. `now` is in milliseconds since 1970. */
export type ReadToken = (token: string, now: number, isKnown: IsKnown) => Promise<TokenReading>;

const unavailable = (reason: string): TokenReading => ({ kind: 'unavailable', reason });

/** Knows when IAM must not be asked: after a request without an answer, and after too many bad tokens. */
const keepPace = () => {
  let silentUntil = 0;
  let refusals: readonly number[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Why no request may go out; undefined if one may. */
    obstacle: (now: number): string | undefined => {
      refusals = refusals.filter((at) => now - at < REFUSED_MS);
      if (now < silentUntil) return 'IAM did not answer just now';
      const isMany = refusals.length >= MOST_REFUSALS;
      return isMany && now - askedAt < TRICKLE_MS ? 'too many unknown tokens' : undefined;
    },
    noteAsked: (now: number): void => {
      askedAt = now;
    },
    note: ({ kind }: TokenReading, now: number): void => {
      if (kind === 'unavailable') silentUntil = now + SILENT_MS;
      if (kind === 'refused' || kind === 'stranger' || kind === 'unreadable')
        refusals = [...refusals, now];
    },
  };
};

/** Tokens by their hash: the memory holds none that could be used. */
const keepReadings = () => {
  const valid = makeBoundedCache<TokenReading>(MOST_KEPT);
  const refused = makeBoundedCache<TokenReading>(MOST_KEPT);
  return {
    of: (key: string, now: number) => valid.get(key, now) ?? refused.get(key, now),
    keep: (key: string, reading: TokenReading, now: number): void => {
      if (reading.kind === 'valid')
        valid.set(key, reading, Math.min(now + VALID_MS, reading.holder.expiresAt - MARGIN_MS));
      else if (reading.kind !== 'unavailable') refused.set(key, reading, now + REFUSED_MS);
    },
  };
};

/**
 * Reads IAM tokens. Laws: IAM is asked once for equal tokens at a time. Its answer counts for at most ten minutes, and not
 * beyond the token's end. A good token of a holder that `isKnown` denies is a stranger's. However many bad and strange
 * tokens come, they make few requests to IAM, and push no good one out of memory.
 */
export const makeReadToken = (ask: AskIam): ReadToken => {
  const readings = keepReadings();
  const pace = keepPace();
  const underWay = new Map<string, Promise<TokenReading>>();

  return async (token, now, isKnown) => {
    const key = sha256(token);
    const known = readings.of(key, now) ?? underWay.get(key);
    if (known !== undefined) return known;
    const obstacle = pace.obstacle(now);
    if (obstacle !== undefined) return unavailable(obstacle);
    if (underWay.size >= MOST_UNDER_WAY) return unavailable('too many new tokens at once');
    pace.noteAsked(now);
    const asking = ask(token)
      .then((reading) => {
        const judged = judge(reading, now, isKnown);
        pace.note(judged, now);
        readings.keep(key, judged, now);
        return judged;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, asking);
    return asking;
  };
};

const judge = (reading: TokenReading, now: number, isKnown: IsKnown): TokenReading => {
  if (reading.kind !== 'valid') return reading;
  if (now >= reading.holder.expiresAt) return { kind: 'refused', why: 'expired' };
  return isKnown(reading.holder) ? reading : { kind: 'stranger' };
};

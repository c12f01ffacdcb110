import { makeBoundedCache } from './bounded-cache.ts';
import { sha256 } from './digest.ts';
import type { AskIam, TokenHolder, TokenReading } from './iam-reply.ts';
import { keepSourcePace, networkOf, TRICKLE_MS } from './source-pace.ts';

/** The longest that an answer of IAM counts. In that time a token may end by a new password, and we do not see it. */
const VALID_MS = 10 * 60_000;

/** A token counts until so long before its end. */
const MARGIN_MS = 30_000;

/** A refused token is not asked about again for so long. */
const REFUSED_MS = 60_000;

/** After a request without an answer, IAM is asked nothing for so long. `Retry-After` says as long. */
const SILENT_MS = 5_000;

/** Tokens remembered, good and refused ones each. */
const MOST_KEPT = 1_000;

type IsKnown = (holder: TokenHolder) => boolean;

/** A token, and the address that it came from. */
export interface SentToken {
  readonly token: string;
  readonly source?: string | undefined;
}

/** What is known of a token, by IAM's answer or by memory. `now` is in milliseconds since 1970. */
export type ReadToken = (sent: SentToken, now: number, isKnown: IsKnown) => Promise<TokenReading>;

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

/** Knows when IAM must not be asked: after a request without an answer, and after too many bad tokens of a source. */
const keepObstacles = () => {
  let silentUntil = 0;
  const pace = keepSourcePace(REFUSED_MS);
  return {
    /** What a new token is told in place of IAM's answer. Undefined: IAM may be asked. */
    obstacle: (source: string, now: number): TokenReading | undefined => {
      if (now < silentUntil) return { kind: 'unavailable', reason: 'IAM did not answer just now' };
      const reason = pace.obstacle(source, now);
      return reason === undefined
        ? undefined
        : { kind: 'throttled', reason, retryAfterSeconds: TRICKLE_MS / 1_000 };
    },
    noteAsked: pace.noteAsked,
    noteEnded: pace.noteEnded,
    noteAnswer: (source: string, { kind }: TokenReading, now: number): void => {
      if (kind === 'unavailable') silentUntil = now + SILENT_MS;
      if (kind !== 'valid' && kind !== 'unavailable') pace.noteBad(source, now);
    },
  };
};

/**
 * Reads IAM tokens. Laws: IAM is asked once for equal tokens at a time. Its answer counts for at most ten minutes, and not
 * beyond the token's end. A good token of a holder that `isKnown` denies is a stranger's. However many bad and strange
 * tokens a source sends, they make few requests to IAM, push no good one out of memory, and keep no other source out.
 */
export const makeReadToken = (ask: AskIam): ReadToken => {
  const readings = keepReadings();
  const obstacles = keepObstacles();
  const underWay = new Map<string, Promise<TokenReading>>();

  return async ({ token, source }, now, isKnown) => {
    const key = sha256(token);
    const known = readings.of(key, now) ?? underWay.get(key);
    if (known !== undefined) return known;
    const from = networkOf(source);
    const obstacle = obstacles.obstacle(from, now);
    if (obstacle !== undefined) return obstacle;
    obstacles.noteAsked(from, now);
    const asking = ask(token)
      .then((reading) => {
        const judged = judge(reading, now, isKnown);
        obstacles.noteAnswer(from, judged, now);
        readings.keep(key, judged, now);
        return judged;
      })
      .finally(() => {
        underWay.delete(key);
        obstacles.noteEnded(from);
      });
    underWay.set(key, asking);
    return asking;
  };
};

const judge = (reading: TokenReading, now: number, isKnown: IsKnown): TokenReading => {
  if (reading.kind !== 'valid') return reading;
  if (now >= reading.holder.expiresAt) return { kind: 'refused', why: 'expired' };
  return isKnown(reading.holder) ? reading : { kind: 'stranger' };
};

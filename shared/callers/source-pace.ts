import { makeBoundedCache } from './bounded-cache.ts';

/** After so many bad tokens in a while, new ones of that source are asked about one by one: IAM throttles who asks too often. */
const MOST_REFUSALS = 20;

/** After so many in all, the sources of bad tokens share one turn. Others do not wait for them. */
const MOST_REFUSALS_IN_ALL = 200;

/** Milliseconds between two turns. */
export const TRICKLE_MS = 1_000;

/** New tokens that are asked about at once: of a source that sent bad ones, and in all. */
const MOST_UNDER_WAY = 2;
const MOST_UNDER_WAY_IN_ALL = 8;

/** Sources remembered. Only those that have sent bad tokens are. */
const MOST_SOURCES = 1_000;

const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;

/**
 * The source that an address counts for. A network of IPv6 gives its owner 2^64 addresses, so its first 64 bits count
 * (RFC 6177). Requests without an address are one source.
 */
export const networkOf = (address = ''): string => {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':'));
  const zeros = Array.from({ length: Math.max(0, GROUPS - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, GROUPS_OF_NETWORK).join(':');
};

/** When bad tokens came, in milliseconds since 1970, and when the last turn was. */
interface Conduct {
  readonly refusals: readonly number[];
  readonly turnAt: number;
}

const BLAMELESS: Conduct = { refusals: [], turnAt: Number.NEGATIVE_INFINITY };

const withBad = ({ refusals, turnAt }: Conduct, now: number, most: number): Conduct => ({
  refusals: [...refusals, now].slice(-most),
  turnAt: Math.max(turnAt, now),
});

/** What is known of the sources of bad tokens, each and in all. `windowMs`: how long a bad token counts. */
const keepConduct = (windowMs: number) => {
  const sources = makeBoundedCache<Conduct>(MOST_SOURCES);
  let all = BLAMELESS;
  const recent = ({ refusals, turnAt }: Conduct, now: number): Conduct => ({
    refusals: refusals.filter((at) => now - at < windowMs),
    turnAt,
  });
  const of = (source: string, now: number): Conduct =>
    recent(sources.get(source, now) ?? BLAMELESS, now);
  return {
    of,
    ofAll: (now: number): Conduct => recent(all, now),
    noteTurn: (source: string, now: number): void => {
      const own = of(source, now);
      if (own.refusals.length === 0) return;
      sources.set(source, { ...own, turnAt: now }, now + windowMs);
      all = { ...all, turnAt: now };
    },
    noteBad: (source: string, now: number): void => {
      sources.set(source, withBad(of(source, now), now, MOST_REFUSALS), now + windowMs);
      all = withBad(all, now, MOST_REFUSALS_IN_ALL);
    },
  };
};

/** The requests under way, of each source. */
const countUnderWay = () => {
  const counts = new Map<string, number>();
  const of = (source: string): number => counts.get(source) ?? 0;
  return {
    of,
    inAll: (): number => [...counts.values()].reduce((sum, count) => sum + count, 0),
    begin: (source: string): void => {
      counts.set(source, of(source) + 1);
    },
    end: (source: string): void => {
      const left = of(source) - 1;
      if (left > 0) counts.set(source, left);
      else counts.delete(source);
    },
  };
};

/**
 * Says which sources must not ask now. Law: a source waits for its own bad tokens alone. Only where very many sources send
 * bad ones do those share a turn; a source without any has its own. `windowMs`: how long a bad token counts.
 */
export const keepSourcePace = (windowMs: number) => {
  const conduct = keepConduct(windowMs);
  const underWay = countUnderWay();
  const mustWait = ({ turnAt }: Conduct, now: number): boolean => now - turnAt < TRICKLE_MS;
  return {
    /** Why the source must not ask now. Undefined: it may. */
    obstacle: (source: string, now: number): string | undefined => {
      const [own, all] = [conduct.of(source, now), conduct.ofAll(now)];
      const isBlamed = own.refusals.length > 0;
      const isMany = own.refusals.length >= MOST_REFUSALS && mustWait(own, now);
      const isFlood = all.refusals.length >= MOST_REFUSALS_IN_ALL && mustWait(all, now);
      if (isMany || (isBlamed && isFlood)) return 'too many unknown tokens';
      const isFull =
        underWay.inAll() >= MOST_UNDER_WAY_IN_ALL ||
        (isBlamed && underWay.of(source) >= MOST_UNDER_WAY);
      return isFull ? 'too many new tokens at once' : undefined;
    },
    noteAsked: (source: string, now: number): void => {
      underWay.begin(source);
      conduct.noteTurn(source, now);
    },
    noteEnded: underWay.end,
    noteBad: conduct.noteBad,
  };
};

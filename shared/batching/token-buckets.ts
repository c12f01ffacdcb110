export interface TokenBucketsOptions {
  /** Tokens that each bucket gains per second. */
  readonly rate: number;
  /** The most tokens that a bucket holds. Each is full at first. */
  readonly burst: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Takes a token of the bucket of that name. Returns 0, or the milliseconds until there is one: then it takes none. */
export type TakeToken = (name: string) => number;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A token, less what rounding may take of it. */
const WHOLE = 1 - 1e-6;

/**
 * One token bucket per name. Law: in any time of t seconds at most `burst + rate × t` tokens are taken of a bucket. A clock
 * that is set back gains nothing.
 */
export const makeTokenBuckets = ({ rate, burst, now }: TokenBucketsOptions): TakeToken => {
  const buckets = new Map<string, Bucket>();
  return (name) => {
    const at = now();
    const bucket = buckets.get(name) ?? { tokens: burst, at };
    const gained = (Math.max(0, at - bucket.at) / 1_000) * rate;
    const tokens = Math.min(burst, bucket.tokens + gained);
    const isFree = tokens >= WHOLE;
    buckets.set(name, { tokens: isFree ? tokens - 1 : tokens, at });
    return isFree ? 0 : Math.ceil(((WHOLE - tokens) / rate) * 1_000);
  };
};

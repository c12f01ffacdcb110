interface Bucket {
  tokens: number;
  at: number;
}

/**
 * One bucket of tokens per name, full at first, that holds what a second brings, but at least one. Says whether one more
 * may pass at so many per second; who may not takes nothing.
 */
export const keepThrottle = (now: () => number) => {
  const buckets = new Map<string, Bucket>();
  return (name: string, perSecond: number): boolean => {
    const at = now();
    const size = Math.max(1, perSecond);
    const bucket = buckets.get(name) ?? { tokens: size, at };
    const gained = (Math.max(0, at - bucket.at) / 1_000) * perSecond;
    const tokens = Math.min(size, bucket.tokens + gained);
    const passes = tokens >= 1;
    buckets.set(name, { tokens: passes ? tokens - 1 : tokens, at });
    return passes;
  };
};

export type Throttle = ReturnType<typeof keepThrottle>;

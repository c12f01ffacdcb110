/** How many requests were served in this second and in the one before. */
export interface Served {
  /** Seconds since 1970. */
  readonly second: number;
  readonly count: number;
  readonly before: number;
}

const SECOND_MS = 1_000;

export const NONE_SERVED: Served = { second: 0, count: 0, before: 0 };

/** The counts as of now. */
const asOf = ({ second, count, before }: Served, now: number): Served => {
  const current = Math.floor(now / SECOND_MS);
  if (current === second) return { second, count, before };
  return { second: current, count: 0, before: current === second + 1 ? count : 0 };
};

/** The counts after one more was served. */
export const oneMore = (served: Served, now: number): Served => {
  const current = asOf(served, now);
  return { ...current, count: current.count + 1 };
};

/** Requests served within the last second, as far as the counts of whole seconds tell. */
export const servedLately = (served: Served, now: number): number => {
  const { count, before } = asOf(served, now);
  return count + before * (1 - (now % SECOND_MS) / SECOND_MS);
};

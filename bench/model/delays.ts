/** Delays in steps of 10 ms, each with how many jobs had it. */
export const openDelays = () => {
  const counts = new Map<number, number>();
  let total = 0;
  return {
    add: (ms: number, count: number): void => {
      const step = Math.round(ms / 10) * 10;
      counts.set(step, (counts.get(step) ?? 0) + count);
      total += count;
    },
    /** The delay that such a share of the jobs stays below. */
    quantile: (share: number): number => {
      let seen = 0;
      for (const [ms, count] of [...counts].toSorted(([a], [b]) => a - b)) {
        seen += count;
        if (seen >= total * share) return ms;
      }
      return Number.NaN;
    },
  };
};

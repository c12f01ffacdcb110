const MOST_TURNS = 1_000;

/**
 * Waits until a look does not throw, by turns of the event loop and not by any clock: for what happens within the process,
 * without timers. Fails with what it threw last when nothing more can happen.
 */
export const inTurns = async <T>(look: () => T): Promise<T> => {
  for (let turn = 1; turn < MOST_TURNS; turn++) {
    try {
      return look();
    } catch {
      await new Promise(setImmediate);
    }
  }
  return look();
};

/** How many of `count` requests are under way at once, at most. `go` sends one of them by a run. */
export const mostAtOnce = async <T>(
  count: number,
  reply: T,
  go: (run: () => Promise<{ reply: T }>, i: number) => Promise<unknown>,
): Promise<number> => {
  let underWay = 0;
  let peak = 0;
  const run = async () => {
    peak = Math.max(peak, ++underWay);
    await new Promise(setImmediate);
    underWay--;
    return { reply };
  };
  await Promise.all(Array.from({ length: count }, (_, i) => go(run, i)));
  return peak;
};

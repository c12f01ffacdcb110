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

import { setTimeout as sleep } from 'node:timers/promises';

/** Sends some items; tells, for each in order, whether it is worth another try. */
export type Send<T> = (items: readonly T[]) => Promise<readonly Taken[]>;

/** `again`: refused for now; `never`: refused for what it is. */
export type Taken = 'taken' | 'again' | 'never';

const ROUNDS = 4;
const FIRST_PAUSE_MS = 50;

/**
 * Sends items, then again those alone that were refused for now, a few times with doubling, jittered pauses. Tells, for
 * each in order, whether it was taken in the end. For AWS's batch requests, which fail by the entry.
 */
export const repeatRefused = async <T>(
  items: readonly T[],
  send: Send<T>,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<readonly boolean[]> => {
  const taken = items.map(() => false);
  let left = items.map((_, i) => i);
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    if (round > 0) await pause(FIRST_PAUSE_MS * 2 ** round * (0.5 + Math.random() / 2));
    const answers = await send(left.map((i) => items[i] as T));
    left.forEach((i, at) => {
      taken[i] = answers[at] === 'taken';
    });
    left = left.filter((_, at) => answers[at] === 'again');
  }
  return taken;
};

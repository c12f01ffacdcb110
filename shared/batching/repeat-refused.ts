import { setTimeout as sleep } from 'node:timers/promises';

/** Sends some items. Says of each, in order, whether it was taken. */
export type SendBatch<T> = (items: readonly T[]) => Promise<readonly Taken[]>;

/** `again`: refused, but a retry may help. `never`: a retry cannot help. */
export type Taken = 'taken' | 'again' | 'never';

const ROUNDS = 4;
const FIRST_PAUSE_MS = 50;

/**
 * Sends items, and retries only those that were refused for now: up to three times, with exponential backoff and jitter.
 * Says of each, in order, whether it was taken in the end. AWS's batch requests fail entry by entry.
 */
export const repeatRefused = async <T>(
  items: readonly T[],
  send: SendBatch<T>,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<readonly boolean[]> => {
  const taken: boolean[] = [];
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

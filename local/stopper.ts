import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps what was started, and stops it in the reverse order. */
export interface Stopper {
  readonly after: <T>(started: T, stop: (started: T) => Promise<void>) => T;
  /** Stops each part once. It waits for none longer than to `endAt`, in milliseconds since 1970; without one, it waits for all. */
  readonly stop: (endAt?: number) => Promise<void>;
}

/** Waits for work, at most to `endAt`, in milliseconds since 1970; undefined if the work was not done by then. */
export const waitUntil = async <T>(
  endAt: number | undefined,
  work: Promise<T>,
): Promise<T | undefined> => {
  if (endAt === undefined) return work;
  const waiting = new AbortController();
  const { signal } = waiting;
  const timeUp = sleep(Math.max(0, endAt - Date.now()), undefined, { signal }).catch(
    () => undefined,
  );
  return Promise.race([work, timeUp]).finally(() => waiting.abort());
};

export const makeStopper = (): Stopper => {
  const stops: (() => Promise<void>)[] = [];
  return {
    after: (started, stop) => {
      stops.unshift(() => stop(started));
      return started;
    },
    stop: async (endAt) => {
      for (const stop of stops.splice(0)) await waitUntil(endAt, stop());
    },
  };
};

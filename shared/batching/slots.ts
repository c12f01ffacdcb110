/** `first`: the rest of what has begun. `next`: what has not begun. */
export type Priority = 'first' | 'next';

/** A bounded number of tasks at once. Law: a free slot goes to the oldest task of the best priority. */
export interface Slots {
  readonly run: <T>(priority: Priority, task: () => Promise<T>) => Promise<T>;
  /** Slots that are free, and that no task waits for. */
  readonly idle: () => number;
}

export const makeSlots = (concurrency: number): Slots => {
  const waiting: Readonly<Record<Priority, (() => void)[]>> = { first: [], next: [] };
  let free = concurrency;
  const begin = (): void => {
    if (free === 0) return;
    const begun = waiting.first.shift() ?? waiting.next.shift();
    if (begun === undefined) return;
    free--;
    begun();
  };
  return {
    run: async (priority, task) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting[priority].push(resolve);
      begin();
      await promise;
      try {
        return await task();
      } finally {
        free++;
        begin();
      }
    },
    idle: () => free,
  };
};

/** Gives each name slots of its own. Tasks that wait for one name never delay those of another. */
export const slotsPer = (concurrency: number): ((name: string) => Slots) => {
  const slots = new Map<string, Slots>();
  return (name) => {
    const own = slots.get(name) ?? makeSlots(concurrency);
    slots.set(name, own);
    return own;
  };
};

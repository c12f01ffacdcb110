import pLimit, { type LimitFunction } from 'p-limit';

/** Gives each name its own limit of concurrent tasks. Tasks that wait for one name never delay those of another. */
export const slotsPer = (concurrency: number): ((name: string) => LimitFunction) => {
  const slots = new Map<string, LimitFunction>();
  return (name) => {
    const own = slots.get(name) ?? pLimit(concurrency);
    slots.set(name, own);
    return own;
  };
};

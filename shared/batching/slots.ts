import pLimit, { type LimitFunction } from 'p-limit';

/** As many slots for each name: those who wait for one name hold up none of another. */
export const slotsPer = (concurrency: number): ((name: string) => LimitFunction) => {
  const slots = new Map<string, LimitFunction>();
  return (name) => {
    const own = slots.get(name) ?? pLimit(concurrency);
    slots.set(name, own);
    return own;
  };
};

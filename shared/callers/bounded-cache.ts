/** Values by key, each until a moment of its own, in milliseconds since 1970. */
export interface BoundedCache<Value> {
  readonly get: (key: string, now: number) => Value | undefined;
  readonly set: (key: string, value: Value, until: number) => void;
}

/** Keeps at most `most` values. If there is no room, the one that was not used for the longest time goes. */
export const makeBoundedCache = <Value>(most: number): BoundedCache<Value> => {
  const kept = new Map<string, { readonly value: Value; readonly until: number }>();
  return {
    get: (key, now) => {
      const found = kept.get(key);
      kept.delete(key);
      if (found === undefined || now >= found.until) return undefined;
      kept.set(key, found);
      return found.value;
    },
    set: (key, value, until) => {
      kept.delete(key);
      kept.set(key, { value, until });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
};

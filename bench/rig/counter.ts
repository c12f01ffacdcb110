/** What a run used, by name: requests, units, bytes. */
export type Counts = Readonly<Record<string, number | undefined>>;

/** Adds up what a run uses. */
export const openCounter = () => {
  const counts = new Map<string, number>();
  return {
    add: (what: string, by = 1): void => {
      counts.set(what, (counts.get(what) ?? 0) + by);
    },
    counts: (): Counts => Object.fromEntries(counts),
    clear: (): void => counts.clear(),
  };
};

export type Counter = ReturnType<typeof openCounter>;

/** Chance out of a seed: the same seed, the same draws. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  readonly chance: (rate: number) => boolean;
  /** Throws on an empty list. */
  readonly pick: <T>(items: readonly T[]) => T;
  readonly shuffle: <T>(items: readonly T[]) => readonly T[];
}

/** sfc32: four words of state, and fast. Each stream of a seed is a sequence of its own. */
export const makeRandom = (seed: number, stream: number): Random => {
  let [a, b, c, d] = [seed | 0, Math.trunc(seed / 2 ** 32) | 0, (stream * 0x9e3779b9) | 0, 1];
  const next = (): number => {
    const mixed = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return (mixed >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();

  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const shuffle = <T>(items: readonly T[]): readonly T[] =>
    items.length < 2
      ? items
      : items
          .map((item) => [next(), item] as const)
          .toSorted(([x], [y]) => x - y)
          .map(([, item]) => item);
  return { next, between, chance: (rate) => rate > 0 && next() < rate, pick, shuffle };
};

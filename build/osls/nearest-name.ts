/** A slip of the pen: so many letters more, fewer, other or swapped. */
const MOST_SLIPS = 2;

/** One row of the distances between the starts of two texts. */
type Row = readonly number[];

/** Letters to add, remove, replace or swap with the next, to make one text of the other. */
const distance = (one: string, other: string): number => {
  let before: Row = [];
  let row: Row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const same = one[i] === other[j] ? 0 : 1;
      const swapped =
        i > 0 && j > 0 && one[i] === other[j - 1] && one[i - 1] === other[j]
          ? (before[j - 1] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + same, swapped));
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
};

/** The known name that was most likely meant. Undefined: none is near. Case does not count. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  const text = name.toUpperCase();
  const [nearest] = known
    .map((one) => ({ one, slips: distance(text, one.toUpperCase()) }))
    .filter(({ one, slips }) => slips <= Math.min(MOST_SLIPS, one.length / 4))
    .toSorted((a, b) => a.slips - b.slips);
  return nearest?.one;
};

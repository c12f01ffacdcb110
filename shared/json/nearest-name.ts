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

/** Too short a name is near to too many others. */
const SHORTEST = 6;

/** Variables that are nearly the name of a setting, and none: they change nothing. One line for each. */
export const strayVariables = (
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): readonly string[] => {
  // AWS's own variables are near to each other: AWS_ENDPOINT_URL_SNS is no slip.
  const long = settings.filter((name) => name.length >= SHORTEST && !name.startsWith('AWS_'));
  return Object.keys(environment).flatMap((name) => {
    const nearest = settings.includes(name) ? undefined : nearestName(name, long);
    return nearest === undefined
      ? []
      : [`${name} is not a setting, and changes nothing: did you mean ${nearest}?`];
  });
};

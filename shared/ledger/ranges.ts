/** Writes indices as text: `0-99,101`. So a hundred jobs with one verdict take a few bytes in the ledger. */
export const writeRanges = (indices: Iterable<number>): string => {
  const spans: [first: number, last: number][] = [];
  for (const index of [...indices].toSorted((a, b) => a - b)) {
    const span = spans.at(-1);
    if (span !== undefined && span[1] === index - 1) span[1] = index;
    else spans.push([index, index]);
  }
  return spans.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
};

/** Reads a text that {@link writeRanges} made. */
export const readRanges = (text: string): readonly number[] =>
  text === ''
    ? []
    : text.split(',').flatMap((span) => {
        const [first = Number.NaN, last = first] = span.split('-').map(Number);
        return Array.from({ length: last - first + 1 }, (_, i) => first + i);
      });

/** One table of figures, for the terminal and for a page. */
export interface Table {
  /** The name of its block in the pages. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the reader has to know. One sentence or two. */
  readonly note?: string;
  /** Not for the terminal: another table says the same. */
  readonly forPages?: boolean;
}

/** A number for readers: at most so many digits after the point. */
export const round = (figure: number, digits = 0): string =>
  figure.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** Two or three digits that count, whatever the size. */
export const brief = (figure: number): string => {
  if (!Number.isFinite(figure)) return '–';
  if (figure === 0) return '0';
  if (figure < 0.1) return round(figure, 3);
  if (figure < 10) return round(figure, 2);
  return round(figure, figure < 100 ? 1 : 0);
};

/** Lines for the terminal: the first column to the left, the others to the right. */
export const textOf = ({ title, columns, rows, note }: Table): string => {
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return ['', title, rule, lineOf(columns), rule, ...rows.map(lineOf), ...(note ? ['', note] : [])]
    .map((line) => `${line}\n`)
    .join('');
};

/** The same for a page. */
export const markdownOf = ({ columns, rows, note }: Table): string => {
  const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [lineOf(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(lineOf)];
  return [...lines, ...(note ? ['', note] : [])].join('\n');
};

import { clean } from './clean.ts';

/** Characters that take two places of a terminal (Unicode TR11: wide and full-width). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

/** How many places of a terminal a clean text takes. */
export const widthOf = (text: string): number => [...text].length + (text.match(WIDE)?.length ?? 0);

/** A cell, and how to colour it once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

export type Row = readonly (string | Cell | undefined)[];

const cellOf = (given: string | Cell | undefined): Cell => {
  const cell = typeof given === 'object' ? given : { text: given ?? '' };
  return { ...cell, text: clean(cell.text) };
};

/**
 * Lines of a table: columns two blanks apart, none after the last. Laws: every cell is cleaned, and a column without any
 * text is left out.
 */
export const tableOf = (head: readonly string[], rows: readonly Row[]): readonly string[] => {
  const cells = rows.map((row) => head.map((_, i) => cellOf(row[i])));
  const shown = head.flatMap((_, i) => (cells.some((row) => row[i]?.text) ? [i] : []));
  const all = [head.map((text): Cell => ({ text })), ...cells];
  const widths = head.map((_, i) => Math.max(...all.map((row) => widthOf(row[i]?.text ?? ''))));
  return all.map((row) =>
    shown
      .map((i) => {
        const { text, paint = (same: string) => same } = row[i] ?? { text: '' };
        const isLast = i === shown.at(-1);
        return paint(text) + (isLast ? '' : ' '.repeat((widths[i] ?? 0) - widthOf(text)));
      })
      .join('  ')
      .trimEnd(),
  );
};

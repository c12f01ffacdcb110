/** Colours a text, or leaves it as it is. */
export type Paint = (format: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

/** For output that is no terminal. */
export const plain: Paint = (_, text) => text;

const COLOURS: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  delivered: 'green',
  settled: 'green',
  ok: 'green',
  rejected: 'red',
  failed: 'red',
  bad: 'red',
  expired: 'red',
  open: 'red',
  superseded: 'yellow',
  warning: 'yellow',
  'half-open': 'yellow',
};

/** A word of the product in its colour. A word without one stays as it is. */
export const paintWord = (paint: Paint, word: string): string => {
  const colour = COLOURS[word];
  return colour === undefined ? word : paint(colour, word);
};

import type { Finding } from '../doctor/check.ts';
import { clean } from './clean.ts';
import { type Paint, paintWord } from './paint.ts';

/** The widest name of a check, and of a state. */
const NAME_WIDTH = 20;
const STATE_WIDTH = 7;

/** A finding, and under it what to do. */
export const findingLines = (
  name: string,
  { state, says, remedy }: Finding,
  paint: Paint,
): readonly string[] => {
  const word = paintWord(paint, state) + ' '.repeat(STATE_WIDTH - state.length);
  const remedied = remedy === undefined || state === 'ok' ? [] : [`  do: ${clean(remedy)}`];
  return [`${name.padEnd(NAME_WIDTH)}  ${word}  ${clean(says)}`, ...remedied];
};

import { readFile } from 'node:fs/promises';
import { usageError } from '../exit.ts';
import { clean } from '../text/clean.ts';
import type { World } from '../world.ts';

/** What may stand between ids: blanks, line ends, commas, semicolons, bars, quotes, and brackets. */
const SEPARATORS = /[\s,;|"'`[\]()]+/u;

/**
 * The ids in a text, in any separator: a column, a CSV row, a JSON array. What may not stand in an id and is no separator
 * stays, so that a spoilt id is refused and never cut in two.
 */
export const idsIn = (text: string): readonly string[] =>
  text.split(SEPARATORS).filter((id) => id !== '');

const readIdsFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw usageError(
      `the file of job ids cannot be read (${why})`,
      'name a file that exists and that you may read, or - for stdin',
      path,
    );
  }
};

const readStdin = async ({ readInput }: World): Promise<string> => {
  if (readInput === undefined)
    throw usageError('no job ids', 'name them as arguments, with --file, or pipe them in');
  return readInput();
};

/**
 * The ids of a command: its arguments, those in `file`, and those on stdin if that is asked for by `-`, or if there are no
 * others. Each id counts once, in the order first named.
 */
export const readIds = async (
  world: World,
  given: readonly string[],
  file: string | undefined,
): Promise<readonly string[]> => {
  const named = given.filter((id) => id !== '-').flatMap(idsIn);
  const takesStdin =
    given.includes('-') || file === '-' || (given.length === 0 && file === undefined);
  const filed = file === undefined || file === '-' ? [] : idsIn(await readIdsFile(file));
  const piped = takesStdin ? idsIn(await readStdin(world)) : [];
  const ids = new Set([...named, ...filed, ...piped]);
  if (ids.size === 0)
    throw usageError('no job ids', 'name them as arguments, with --file, or pipe them in');
  return [...ids];
};

/** A few ids of many, for a line. */
export const someOf = (ids: readonly string[], most = 5): string => {
  const shown = ids.slice(0, most).map(clean).join(', ');
  return ids.length > most ? `${shown} and ${ids.length - most} more` : shown;
};

import type { Told } from '../exit.ts';
import { clean, cleanJson } from './clean.ts';

/** An error for a person: what was wrong, where, and what to do. */
export const toldLines = ({ what, where, remedy }: Told): readonly string[] => [
  `job-fanin: ${clean(what)}`,
  ...(where === undefined ? [] : [`  where: ${clean(where)}`]),
  ...(remedy === undefined ? [] : [`  do: ${clean(remedy)}`]),
];

/** The same for a script, as one line of JSON. */
export const toldJson = ({ exit, what, where, remedy }: Told): string =>
  cleanJson({ error: { exit, what, where, remedy } });

import type { BaseIssue } from 'valibot';

/** One thing wrong with what a caller sent: where (a JSON pointer, RFC 6901, as a URI fragment) and what. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** A key is as long as its sender likes; an answer is not. */
const LONGEST_KEY = 100;

/** Half a surrogate pair, which JSON allows in a key, has no UTF-8 and so no place in a URI. */
const escapeSegment = (key: unknown): string =>
  encodeURIComponent(
    String(key).slice(0, LONGEST_KEY).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'),
  );

/** The validator says of a missing key only that it expected it, by its name in quotes. */
const isMissing = ({ expected, received }: BaseIssue<unknown>): boolean =>
  received === 'undefined' && expected?.startsWith('"') === true;

/** As many as a list of jobs can have. A body of nothing but unknown fields has more, and its answer must still fit. */
const MOST = 10_000;

/** Every issue of a validation as a fault, up to {@link MOST}; the messages are the schemas' own. */
export const faultsOf = (issues: readonly BaseIssue<unknown>[]): readonly Fault[] => {
  const faults = issues.slice(0, MOST).map((issue) => ({
    pointer: `#${(issue.path ?? []).map(({ key }) => `/${escapeSegment(key)}`).join('')}`,
    detail: isMissing(issue) ? 'is required' : issue.message,
  }));
  const rest = issues.length - faults.length;
  return rest > 0 ? [...faults, { pointer: '#', detail: `has ${rest} more faults` }] : faults;
};

const SHOWN = 10;

/** Faults in one sentence, for error shapes and exceptions that hold a single text; long lists are cut and counted. */
export const sentence = (faults: readonly Fault[]): string => {
  const shown = faults.slice(0, SHOWN).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const rest = faults.length - shown.length;
  return rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; ');
};

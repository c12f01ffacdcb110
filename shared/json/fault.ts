import type { BaseIssue } from 'valibot';

/** One fault in a request: its place (a JSON pointer, RFC 6901, as a URI fragment) and what is wrong there. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** A caller can send keys of any length. Answers must stay small. */
const LONGEST_KEY = 100;

/** JSON allows half a surrogate pair in a key, but a URI cannot hold it. */
const escapeSegment = (key: unknown): string =>
  encodeURIComponent(
    String(key).slice(0, LONGEST_KEY).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'),
  );

/** For a missing key, valibot expects its name in quotes. */
const isMissing = ({ expected, received }: BaseIssue<unknown>): boolean =>
  received === 'undefined' && expected?.startsWith('"') === true;

/** As many as a full list of jobs can have. A body of unknown fields can have more, but its answer must stay small. */
const MOST = 10_000;

/** Turns valibot's issues into faults, at most {@link MOST}. The messages come from the schemas. */
export const faultsOf = (issues: readonly BaseIssue<unknown>[]): readonly Fault[] => {
  const faults = issues.slice(0, MOST).map((issue) => ({
    pointer: `#${(issue.path ?? []).map(({ key }) => `/${escapeSegment(key)}`).join('')}`,
    detail: isMissing(issue) ? 'is required' : issue.message,
  }));
  const rest = issues.length - faults.length;
  return rest > 0 ? [...faults, { pointer: '#', detail: `has ${rest} more faults` }] : faults;
};

const SHOWN = 10;

/** Faults as one text, for errors that hold a single message. Shows the first ten, and counts the rest. */
export const sentence = (faults: readonly Fault[]): string => {
  const shown = faults.slice(0, SHOWN).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const rest = faults.length - shown.length;
  return rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; ');
};

/** The longest pointers of a mapping have 18 KB. So many of them still fit an answer, which Lambda cuts at 6 MB. */
export const MOST_TOLD = 250;

/** The faults that an answer tells: the first ones, and how many more are known. */
export const told = (faults: readonly Fault[]): readonly Fault[] => {
  const rest = faults.length - MOST_TOLD;
  return rest > 0
    ? [
        ...faults.slice(0, MOST_TOLD),
        { pointer: '#', detail: `has at least ${rest} more ${rest > 1 ? 'faults' : 'fault'}` },
      ]
    : faults;
};

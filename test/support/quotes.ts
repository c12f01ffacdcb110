import fc from 'fast-check';

/** How a text may be spelled inside a text: as it is, cut off, or escaped for where it came from. */
const SPELLINGS = {
  plain: (text: string) => text,
  cut: (text: string) => text.slice(0, Math.max(16, Math.floor(text.length * 0.7))),
  json: (text: string) => JSON.stringify(text).slice(1, -1),
  url: (text: string) => encodeURIComponent(text),
  html: (text: string) =>
    text
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
      .replace(/&#38;/g, '&amp;'),
} as const;

/** What JSON writers escape that they need not: Gson, PHP, and those that write ASCII alone. */
const WRITERS = {
  plain: /(?!)/g,
  gson: /[<>&=']/g,
  php: /\//g,
  ascii: /[^A-Za-z0-9{}[\]:,"\\._ -]/g,
} as const;

export type Spelling = keyof typeof SPELLINGS;
export type Writer = keyof typeof WRITERS;

export const spelling = (): fc.Arbitrary<Spelling> =>
  fc.constantFrom('plain', 'cut', 'json', 'url', 'html');
export const writer = (): fc.Arbitrary<Writer> => fc.constantFrom('plain', 'gson', 'php', 'ascii');

export const spell = (text: string, how: Spelling): string => SPELLINGS[how](text);

const escapeUnit = (character: string): string =>
  character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON, as another writer would write it. */
export const writeAs = (value: unknown, how: Writer): string =>
  JSON.stringify(value).replace(WRITERS[how], escapeUnit);

const plainly = (text: string): string =>
  text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replaceAll('\\', '');

/** So many letters and digits of a secret in a row give it away; no spelling changes them, and cutting leaves some. */
const PIECE = 12;
const RUN = new RegExp(`[A-Za-z0-9]{${PIECE},}`, 'g');

const piecesOf = (run: string): readonly string[] =>
  Array.from({ length: run.length - PIECE + 1 }, (_, at) => run.slice(at, at + PIECE));
const runsIn = (text: string): readonly string[] => text.match(RUN) ?? [];

/** What of some secrets is in a text, whatever its spelling. Undefined if nothing is. */
export const foundOf = (secrets: Iterable<string>, text: string): string | undefined => {
  const plain = plainly(text);
  const all = [...secrets];
  const pieces = new Set(all.flatMap(runsIn).flatMap(piecesOf));
  const said = new Set([text, plain].flatMap(runsIn));
  for (const run of said) {
    const found = piecesOf(run).find((piece) => pieces.has(piece));
    if (found !== undefined) return found;
  }
  // Those without such a run can only be told as a whole.
  return all
    .filter((secret) => runsIn(secret).length === 0)
    .flatMap((secret) => [secret, spell(secret, 'url'), spell(secret, 'html')])
    .find((whole) => text.includes(whole) || plain.includes(plainly(whole)));
};

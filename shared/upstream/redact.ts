import type { Credential } from './credentials.ts';
import type { Exchanged, Outgoing } from './exchange.ts';

const HIDDEN = '[secret]';

/** Shorter secrets are not looked for: such words stand in every text. */
const LEAST_LENGTH = 8;

/** Longer secrets are tokens. Their runs of letters and digits are looked for. */
const LONGEST_PATTERN = 128;

/** So many letters and digits in a row that are also in a secret come from it. No spelling changes them. */
const RUN = /[A-Za-z0-9]{12,}/g;

const passwordIn = (body: string): string => {
  const [, text] = /"password":("(?:[^"\\]|\\.)*")/.exec(body) ?? [];
  return text === undefined ? '' : String(JSON.parse(text));
};

const secretsOf = (credential: Credential | undefined): readonly string[] => {
  if (credential === undefined) return [];
  if (credential.kind === 'user') return [credential.password];
  const { access, secret, securityToken = '' } = credential;
  return [access, secret, securityToken];
};

/** What a request shows of its credential: in its headers, and for a login in its body. */
const secretsIn = ({ headers, body = '' }: Outgoing): readonly string[] => {
  const { authorization = '', 'x-security-token': temporary, 'x-auth-token': token } = headers;
  const parts = [...authorization.matchAll(/(?:Access|Signature)=([^,\s]+)/g)];
  const shown = parts.map(([, part = '']) => part);
  return [...shown, temporary ?? '', token ?? '', passwordIn(body)];
};

/** The begin of an HTML entity, and of a byte in a URL: plain, or encoded again. */
const AMPERSAND = '&(?:amp;){0,4}';
const PERCENT = '%(?:25){0,4}';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': `${AMPERSAND}amp;`,
  '<': `${AMPERSAND}lt;`,
  '>': `${AMPERSAND}gt;`,
  '"': `${AMPERSAND}quot;`,
  "'": `${AMPERSAND}apos;`,
  ' ': '\\+',
};

const hex = (code: number, digits = 1): string => code.toString(16).padStart(digits, '0');

const BACKSLASH = `(?:\\\\u005c|\\\\|${PERCENT}5c|${AMPERSAND}#0*92;|${AMPERSAND}#x0*5c;)`;

/** The backslashes that JSON puts before a character, plain or escaped again. */
const BACKSLASHES = `${BACKSLASH}{0,8}`;

/**
 * A character as it is, or escaped by JSON, URLs and HTML, one in the other. Backslashes in a row are one piece: if each
 * could have its own before it, the pattern would have too many ways to match.
 */
const patternOf = (character: string): string => {
  if (/[A-Za-z0-9]/.test(character)) return character;
  if (character.startsWith('\\'))
    return `${BACKSLASH}{${character.length},${9 * character.length}}`;
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from(character.split(''), (unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`);
  const bytes = Array.from(Buffer.from(character), (byte) => PERCENT + hex(byte, 2));
  const forms = [`\\u{${hex(code)}}`, units.join(BACKSLASHES), bytes.join('')];
  const numbers = [`${AMPERSAND}#0*${code};`, `${AMPERSAND}#x0*${hex(code)};`];
  const entities = [...numbers, ENTITIES[character]];
  return `${BACKSLASHES}(?:${[...forms, ...entities].filter((form) => form !== undefined).join('|')})`;
};

const anySpellingOf = (secret: string): RegExp =>
  new RegExp(secret.toWellFormed().replace(/\\+|[\s\S]/gu, patternOf), 'giu');

/** The same JSON without the escapes that it does not need. Under them there may be others. */
const plainly = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/gs, (written, digits?: string) => {
    if (digits === undefined) return written;
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[\p{Cc}\p{Cs}"\\]/u.test(character) ? written : character;
  });

const WORD = /[A-Za-z0-9]+/g;

const longestWordOf = (secret: string): string =>
  (secret.match(WORD) ?? []).reduce(
    (longest, word) => (word.length > longest.length ? word : longest),
    '',
  );

/**
 * Whether a text may hold one of these secrets as a whole. One look over the text: no spelling changes letters and digits,
 * so the longest word of a secret is in each of them.
 */
const mayHold = (secrets: readonly string[], text: string): boolean => {
  const words = secrets.map(longestWordOf);
  // Beyond ASCII a letter may have more than two cases: there the pattern would match more than lower case tells.
  if (!/^[\0-\x7f]*$/.test(text)) return words.length > 0;
  const lower = text.toLowerCase();
  return words.some((word) => lower.includes(word.toLowerCase()));
};

const makeClean = (secrets: readonly string[]) => {
  const known = [...new Set(secrets)].filter(({ length }) => length >= LEAST_LENGTH);
  const withoutWhole = (text: string): string =>
    known
      .map((secret) => (secret.length <= LONGEST_PATTERN ? anySpellingOf(secret) : secret))
      .reduce((rest: string, pattern) => rest.replaceAll(pattern, HIDDEN), text);
  const runs = known.flatMap((secret) => secret.match(RUN) ?? []);
  const isOfOne = (run: string): boolean =>
    known.some((secret) => secret.includes(run)) || runs.some((part) => run.includes(part));
  return (text: string): string => {
    const plain = text.includes('\\') ? plainly(text) : text;
    const whole = mayHold(known, plain) ? withoutWhole(plain) : plain;
    const cleaned = whole.replace(RUN, (run) => (isOfOne(run) ? HIDDEN : run));
    return cleaned === plain ? text : cleaned;
  };
};

/**
 * Blanks in a reply what it repeats of the request's credential. A gateway that refuses a signature may quote the signed
 * request, and replies end up in results and logs. Laws: of a secret of 8 characters or more nothing is left, in any usual
 * spelling. Of a secret that is cut, no run of 12 letters and digits is left.
 */
export const redact = (reply: Exchanged, sent: Outgoing, credential?: Credential): Exchanged => {
  const clean = makeClean([...secretsIn(sent), ...secretsOf(credential)]);
  return reply.kind === 'replied'
    ? { ...reply, body: clean(reply.body) }
    : { ...reply, reason: clean(reply.reason) };
};

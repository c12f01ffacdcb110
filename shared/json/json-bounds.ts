import { type Parsed, parseJson } from './json.ts';

/** The deepest nesting of a request. Our own bodies need three levels, and payloads of webhooks a few more. */
export const MOST_LEVELS = 100;

/** The most values of a request. 10,000 DRS tasks with all their options have 60,000. */
export const MOST_VALUES = 100_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** The place after a text that begins at `start`, with its quotes. */
const endOfText = (text: string, start: number): number => {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE)
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
};

/** What is too much in a JSON text, read without parsing it. Undefined if nothing is, or if it is no JSON. */
const excessOf = (text: string): string | undefined => {
  let levels = 0;
  let values = 1;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (OPENING.has(code)) levels++;
    if (CLOSING.has(code)) levels--;
    if (code === COMMA || OPENING.has(code)) values++;
    if (levels > MOST_LEVELS) return `the JSON is nested more than ${MOST_LEVELS} levels deep`;
    if (values > MOST_VALUES) return `the JSON has more than ${MOST_VALUES} values`;
    at = code === QUOTE ? endOfText(text, at) : at + 1;
  }
  return undefined;
};

/**
 * Parses JSON from outside, as {@link parseJson} does or by another parser. Law: what is too deep or has too many values
 * is never parsed.
 */
export const parseBounded = (text: string, parse = parseJson): Parsed => {
  const detail = excessOf(text);
  return detail === undefined ? parse(text) : { ok: false, detail };
};

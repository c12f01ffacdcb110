import sjson from 'secure-json-parse';

/** A value as {@link parseJson} reads it: like JSON's own, but integers beyond 2^53 are bigints, digit for digit. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export type Parsed =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly detail: string };

/** Longer ones are no id of any kind, and cost a second to make a bigint of. */
const integer = /^-?\d{1,30}$/;
const integerOrZeroFraction = /^-?\d+(\.0*)?$/;

/**
 * A double holds 15 digits for certain, so a text without 16 in a row, and without a fraction or an exponent, needs no
 * reviver (which costs ten times the parse).
 */
const mayRound = /\d{16}|[[,:]\s*-?\d+[.eE]/;

const exactly = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (!Number.isSafeInteger(value)) return integer.test(source) ? BigInt(source) : value;
  // 12345678.999999999999 would be read as another job's id, 1e-400 as job 0.
  return integerOrZeroFraction.test(source) ? value : Number.NaN;
};

/**
 * Reads JSON from outside without rounding a 64-bit id (promise P9). Never throws: text that is no JSON, nests too
 * deep to be read exactly, or carries a `__proto__` key comes back as the reason, which never quotes the text.
 */
export const parseJson = (text: string): Parsed => {
  try {
    const reviver = mayRound.test(text) ? exactly : undefined;
    const value = sjson.parse(text, reviver, { constructorAction: 'ignore' }) as Json;
    return nestsAtMost(value, DEEPEST) ? { ok: true, value } : { ok: false, detail: TOO_DEEP };
  } catch (cause) {
    return { ok: false, detail: reasonOf(cause) };
  }
};

/** No request nests deeper than three. What is much deeper can be parsed, but not always revived, or written again. */
const DEEPEST = 100;
const TOO_DEEP = 'the JSON is nested too deep';

/** Whether arrays and objects lie in each other no deeper than so many levels. */
export const nestsAtMost = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => nestsAtMost(inner, levels - 1)));

const reasonOf = (cause: unknown): string => {
  if (cause instanceof RangeError) return TOO_DEEP;
  if (!(cause instanceof SyntaxError)) throw cause;
  if (cause.message.includes('forbidden prototype')) return 'the key "__proto__" is not allowed';
  const position = / at position \d+/.exec(cause.message)?.[0] ?? '';
  return `the text is no valid JSON${position}`;
};

/** Reads JSON whose numbers do not matter: as fast as it gets, and never throws. */
export const parseLoosely = (text: string): Parsed => {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (cause) {
    return { ok: false, detail: reasonOf(cause) };
  }
};

/** Whether a value is a JSON object, as against an array or a scalar. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

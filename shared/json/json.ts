import sjson from 'secure-json-parse';
import { exactNumber } from './exact-number.ts';

/** A value from {@link parseJson}. Integers beyond 2^53 are exact bigints. */
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

/** No id is longer, and turning a very long number into a bigint can take a second. */
const integer = /^-?\d{1,30}$/;
const integerOrZeroFraction = /^-?\d+(\.0*)?$/;

/**
 * Whether the text may hold a number that a double would round. A double holds any 15 digits exactly. Other texts are
 * parsed without the reviver, which makes parsing ten times slower.
 */
const mayRound = /\d{16}|[[,:]\s*-?\d+[.eE]/;

const exactly = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (!Number.isSafeInteger(value)) return integer.test(source) ? BigInt(source) : value;
  // A double turns 12345678.999999999999 into the id 12345679, and 1e-400 into 0.
  return integerOrZeroFraction.test(source) ? value : Number.NaN;
};

const byValue = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined ? exactNumber(context.source) : value;

type Reviver = typeof exactly;

const parseWith = (text: string, reviver: Reviver): Parsed => {
  try {
    const used = mayRound.test(text) ? reviver : undefined;
    const value = sjson.parse(text, used, { constructorAction: 'ignore' }) as Json;
    return nestsAtMost(value, DEEPEST) ? { ok: true, value } : { ok: false, detail: TOO_DEEP };
  } catch (cause) {
    return { ok: false, detail: reasonOf(text, cause) };
  }
};

/**
 * Parses JSON from outside without rounding 64-bit ids (promise P9). Never throws. Refuses invalid JSON, deep nesting and
 * `__proto__` keys. `detail` never quotes the text.
 */
export const parseJson = (text: string): Parsed => parseWith(text, exactly);

/** As {@link parseJson}, but each number counts by its value, as {@link exactNumber} reads it: for what is compared. */
export const parseByValue = (text: string): Parsed => parseWith(text, byValue);

/** Requests have at most three levels. Very deep values overflow the stack in the reviver, or when written again. */
const DEEPEST = 100;
const TOO_DEEP = 'the JSON is nested too deep';

/** Whether arrays and objects nest at most this many levels deep. */
export const nestsAtMost = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => nestsAtMost(inner, levels - 1)));

const reasonOf = (text: string, cause: unknown): string => {
  if (cause instanceof RangeError) return TOO_DEEP;
  if (!(cause instanceof SyntaxError)) throw cause;
  if (text.trim() === '') return 'the text is empty';
  if (cause.message.includes('forbidden prototype')) return 'the key "__proto__" is not allowed';
  const position = / at position \d+/.exec(cause.message)?.[0] ?? '';
  return `the text is not valid JSON${position}`;
};

/** Parses JSON whose large numbers do not matter. Faster than {@link parseJson}. Never throws. */
export const parseLoosely = (text: string): Parsed => {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (cause) {
    return { ok: false, detail: reasonOf(text, cause) };
  }
};

/** Whether a value is a JSON object, not an array or a scalar. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

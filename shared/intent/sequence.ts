import * as v from 'valibot';
import { wireForm } from '../json/wire-form.ts';

const RULE =
  'must be a whole number of at most 20 digits, or an ISO 8601 time with a time zone, as 2026-01-31T12:00:00.123456Z';

const TOO_LARGE = 'is too large for a JSON number to hold exactly: send it as a string';

const MOST_DIGITS = 20;
const MOST_FRACTION = 9;

const digits = /^\d{1,20}$/;
const time = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)$/;

/** As {@link time}, but with no time that does not exist, bar the last days of a month. */
const PUBLISHED_TIME =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$';

const zoneOf = (text: string): string => {
  if (text === 'Z') return text;
  const [hours, minutes] = [text.slice(0, 3), text.slice(3).replace(':', '')];
  return `${hours}:${minutes === '' ? '00' : minutes}`;
};

const ofTime = (text: string): string | undefined => {
  const [, whole = '', fraction = '', zone = ''] = time.exec(text) ?? [];
  const at = whole === '' ? Number.NaN : Date.parse(`${whole}${zoneOf(zone)}`);
  if (Number.isNaN(at)) return undefined;
  const seconds = new Date(at).toISOString().slice(0, -'.000Z'.length);
  return `t${seconds}.${fraction.padEnd(MOST_FRACTION, '0')}`;
};

/** Writes a sequence as text with its kind in front (`n` or `t`), so that those of one kind compare as text. */
const spell = (value: unknown): string | undefined => {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  const text = isWhole ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  return digits.test(text) ? `n${text.padStart(MOST_DIGITS, '0')}` : ofTime(text);
};

/** Reads a caller's own order of its intents: a number, or a time finer than that of events. */
export const sequenceSchema: v.GenericSchema<unknown, string> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const spelt = spell(value);
    if (spelt !== undefined) return spelt;
    const isLarge = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER;
    addIssue({ message: isLarge ? TOO_LARGE : RULE });
    return NEVER;
  }),
  wireForm(() => ({
    description:
      'The order among the intents of one caller: a whole number, or a time with its zone.',
    anyOf: [
      { type: 'string', pattern: digits.source },
      { type: 'string', pattern: PUBLISHED_TIME },
      { type: 'integer', minimum: 0, maximum: 10n ** BigInt(MOST_DIGITS) - 1n },
    ],
  })),
);

/** Whether two sequences can be compared. A number and a time cannot. */
export const isOfOneKind = (a: string, b: string): boolean => a[0] === b[0];

/** Whether a value is a sequence as queue messages hold it. */
export const isSequence = (value: unknown): value is string =>
  typeof value === 'string' && /^(n\d{20}|t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9})$/.test(value);

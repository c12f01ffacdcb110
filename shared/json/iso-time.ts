/** An instant in milliseconds since 1970, or why the text is not one. `detail` never quotes the text. */
export type ReadTime =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly detail: string };

const calendar = String.raw`(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)`;
const clock = String.raw`(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d))?)?(?:[.,](?<part>\d+))?`;
const zone = String.raw`(?<zone>Z|(?<sign>[+-])(?<ahead>\d\d)(?::?(?<aheadMinutes>\d\d))?)`;

const whole = new RegExp(`^${calendar}[T ]${clock}${zone}?$`, 'i');
const dayAlone = new RegExp(`^${calendar}$`);
const weekOrOrdinal = /^\d{4}-?(W\d\d-?[1-7]?|\d{3})(T.*)?$/i;
const withZoneName = /^[^[\]]+\[[^[\]]+\](\[[^[\]]+\])*$/;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Further decimals of an hour are less than a nanosecond. */
const DECIMALS = 15;

/** Decimals of a unit, in whole milliseconds. The rest is cut off. */
const fraction = (digits: string, unit: number): number => {
  const kept = digits.slice(0, DECIMALS);
  return Number((BigInt(kept) * BigInt(unit)) / 10n ** BigInt(kept.length));
};

const unreadable = (detail: string): ReadTime => ({ ok: false, detail });

const EXAMPLE = 'write it as 2026-01-31T12:00:00Z';
const NO_SUCH_TIME = unreadable('is a time that does not exist');

/** Why a text does not have the form of an instant. */
const formFault = (text: string): string => {
  if (dayAlone.test(text)) return `is a day without a time and a time zone: ${EXAMPLE}`;
  if (weekOrOrdinal.test(text)) return `is a week or ordinal date: ${EXAMPLE}`;
  if (withZoneName.test(text)) return 'has a name in brackets, which is not ISO 8601: leave it out';
  return `is not ISO 8601: ${EXAMPLE}`;
};

/** Undefined for a day that does not exist. A `Date` would turn 30 February into 2 March. */
const midnight = (year: number, month: number, day: number): number | undefined => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
};

/**
 * Reads an ISO 8601 instant: a calendar date, `T` or a space, a time of day and a time zone. Hyphens, colons, minutes and
 * seconds may be left out. The last number may have decimals, after a dot or a comma. `24:00` is the end of its day. The
 * leap second `23:59:60` in UTC is the midnight that follows, as in POSIX.
 */
export const readTime = (text: string): ReadTime => {
  const found = whole.exec(text)?.groups;
  if (found === undefined) return unreadable(formFault(text));
  if (found.zone === undefined)
    return unreadable(`has no time zone: end it with Z, or an offset as +01:00`);
  const {
    year,
    month,
    day,
    hour,
    minute,
    second,
    part = '0',
    ahead = '0',
    aheadMinutes = '0',
  } = found;
  const [hours, minutes, seconds] = [Number(hour), Number(minute ?? 0), Number(second ?? 0)];
  const unit = second !== undefined ? SECOND : minute !== undefined ? MINUTE : HOUR;
  const inDay = hours * HOUR + minutes * MINUTE + seconds * SECOND + fraction(part, unit);
  const offset = Number(ahead) * HOUR + Number(aheadMinutes) * MINUTE;
  const start = midnight(Number(year), Number(month), Number(day));
  if (start === undefined || minutes > 59 || Number(ahead) > 23 || Number(aheadMinutes) > 59)
    return NO_SUCH_TIME;
  if (hours > 23 && inDay !== DAY) return NO_SUCH_TIME;
  const at = start + inDay - (found.sign === '-' ? -offset : offset);
  const isLeap = seconds === 60 && Math.floor(at / SECOND) % (DAY / SECOND) === 0;
  return seconds > 59 && !isLeap ? NO_SUCH_TIME : { ok: true, at };
};

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from '../../shared/json/iso-time.ts';

const read = (text: string): string => {
  const time = readTime(text);
  return time.ok ? new Date(time.at).toISOString() : time.detail;
};

describe('reads every ISO 8601 form of an instant', () => {
  it.each([
    ['2099-01-31T09:00Z', '2099-01-31T09:00:00.000Z'],
    ['2099-01-31T09:00:00+01', '2099-01-31T08:00:00.000Z'],
    ['2099-01-31T09:00:00+0130', '2099-01-31T07:30:00.000Z'],
    ['2099-01-31T09:00:00-01:30', '2099-01-31T10:30:00.000Z'],
    ['2099-01-31T09:00:00+23:59', '2099-01-30T09:01:00.000Z'],
    ['2099-01-31T09:00:00-00:00', '2099-01-31T09:00:00.000Z'],
    ['2099-01-31t09:00:00z', '2099-01-31T09:00:00.000Z'],
    ['2099-01-31 09:00:00Z', '2099-01-31T09:00:00.000Z'],
    ['2099-01-31T09Z', '2099-01-31T09:00:00.000Z'],
    ['20990131T090000Z', '2099-01-31T09:00:00.000Z'],
    ['20990131T0900+0100', '2099-01-31T08:00:00.000Z'],
    ['2099-01-31T09:00:00.5Z', '2099-01-31T09:00:00.500Z'],
    ['2099-01-31T09:00:00,123Z', '2099-01-31T09:00:00.123Z'],
    ['2099-01-31T09:00:00.1239999999999999999999Z', '2099-01-31T09:00:00.123Z'],
    [`2099-01-31T09:00:00.${'9'.repeat(10_000)}Z`, '2099-01-31T09:00:00.999Z'],
    ['2099-01-31T09:00,5Z', '2099-01-31T09:00:30.000Z'],
    ['2099-01-31T09.7Z', '2099-01-31T09:42:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59-12:00', '+010000-01-01T11:59:59.000Z'],
  ])('%s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it.each([
    ['2099-01-31T24:00Z', '2099-02-01T00:00:00.000Z'],
    ['2099-01-31T24:00:00.000+01:00', '2099-01-31T23:00:00.000Z'],
    ['2099-12-31T24Z', '2100-01-01T00:00:00.000Z'],
  ])('24:00 is the end of its day: %s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.25Z', '2017-01-01T00:00:00.250Z'],
    ['2017-01-01T00:59:60+01:00', '2017-01-01T00:00:00.000Z'],
    ['1969-12-30T23:59:60.5Z', '1969-12-31T00:00:00.500Z'],
  ])('a leap second is the midnight after it: %s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });
});

const NOT_ISO = 'is not ISO 8601: write it as 2026-01-31T12:00:00Z';
const NONE = 'is a time that does not exist';
const NO_ZONE = 'has no time zone: end it with Z, or an offset as +01:00';
const NO_TIME = 'is a day without a time and a time zone: write it as 2026-01-31T12:00:00Z';
const WEEK = 'is a week or ordinal date: write it as 2026-01-31T12:00:00Z';
const NAMED = 'has a name in brackets, which is not ISO 8601: leave it out';

describe('refuses any other text, with the true reason', () => {
  it.each([
    ['2099-01-31T09:00', NO_ZONE],
    ['2099-01-31T09:00:00.000', NO_ZONE],
    ['20990131T09', NO_ZONE],
    ['2099-02-30T09:00', NO_ZONE],
    ['2099-01-31', NO_TIME],
    ['20990131', NO_TIME],
    ['2027-02-29T00:00:00Z', NONE],
    ['2026-02-30T00:00:00Z', NONE],
    ['2026-04-31T12:00:00Z', NONE],
    ['2026-13-01T00:00:00Z', NONE],
    ['2026-00-01T00:00:00Z', NONE],
    ['2026-01-00T00:00:00Z', NONE],
    ['2026-01-31T25:00Z', NONE],
    ['2026-01-31T24:00:01Z', NONE],
    ['2026-01-31T24:00:00.001Z', NONE],
    ['2026-01-31T09:60Z', NONE],
    ['2026-01-31T09:00:60Z', NONE],
    ['2026-01-31T23:59:61Z', NONE],
    ['2026-01-31T23:59:60+01:00', NONE],
    ['2026-01-31T09:00:00+24:00', NONE],
    ['2026-01-31T09:00:00+01:60', NONE],
    ['2099-W05-6', WEEK],
    ['2099-W05-6T09:00Z', WEEK],
    ['2099W056T0900Z', WEEK],
    ['2099-031T09:00Z', WEEK],
    ['2099-01-31T09:00+01:00[Europe/Berlin]', NAMED],
    ['2099-01-31T09:00Z[UTC][u-ca=iso8601]', NAMED],
    ['', NOT_ISO],
    ['tomorrow', NOT_ISO],
    ['1769860800000', NOT_ISO],
    ['31.01.2099 09:00Z', NOT_ISO],
    ['2099-0131T09:00Z', NOT_ISO],
    ['2099-1-31T09:00Z', NOT_ISO],
    ['99-01-31T09:00Z', NOT_ISO],
    ['2099-01-31T9:00Z', NOT_ISO],
    ['2099-01-31T09:00:00.Z', NOT_ISO],
    ['2099-01-31T09:00:00 Z', NOT_ISO],
    ['2099-01-31T09:00:00+1', NOT_ISO],
    ['2099-01-31T09:00:00CET', NOT_ISO],
    [' 2099-01-31T09:00:00Z', NOT_ISO],
    ['2099-01-31T09:00:00Z\n', NOT_ISO],
    ['２０９９-01-31T09:00Z', NOT_ISO],
    ['Sat, 31 Jan 2099 09:00:00 GMT', NOT_ISO],
  ])('%j: %s', (text, reason) => {
    expect(read(text)).toBe(reason);
  });

  it('refuses a text of a megabyte at once', () => {
    const began = performance.now();
    for (const text of ['9'.repeat(1e6), `2099-01-31T09:00:00.${'9'.repeat(1e6)}`, '['.repeat(1e6)])
      expect(readTime(text).ok).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('gives the same instant as `Date`, for any spelling', () => {
  const two = (most: number) => fc.nat({ max: most }).map((n) => String(n).padStart(2, '0'));
  const spelling = fc.record({
    year: fc.integer({ min: 1, max: 9998 }).map((n) => String(n).padStart(4, '0')),
    month: two(14),
    day: two(32),
    hour: two(25),
    minute: fc.option(two(61), { nil: undefined }),
    second: fc.option(two(61), { nil: undefined }),
    part: fc.option(fc.stringMatching(/^\d{1,12}$/), { nil: undefined }),
    mark: fc.constantFrom('.', ','),
    letter: fc.constantFrom('T', 't', ' '),
    zone: fc.oneof(
      fc.constantFrom('Z', 'z'),
      fc.tuple(fc.constantFrom('+', '-'), two(24), fc.option(two(60), { nil: undefined })),
    ),
    isBasic: fc.boolean(),
  });

  it('refuses times that `Date` does not know', () => {
    fc.assert(
      fc.property(spelling, (s) => {
        const { year, month, day, hour, minute = '00', zone } = s;
        const second = (s.minute !== undefined ? s.second : undefined) ?? '00';
        const isDecimal = s.part !== undefined && s.minute !== undefined && s.second !== undefined;
        const [sign, ahead, minutes = '00'] = Array.isArray(zone) ? zone : ['+', '00', '00'];
        const plain = `${year}-${month}-${day}T${hour}:${minute}:${second}${isDecimal ? `.${s.part?.slice(0, 3)}` : ''}${sign}${ahead}:${minutes}`;
        const dash = s.isBasic ? '' : '-';
        const colon = s.isBasic ? '' : ':';
        const clock = [hour, s.minute, s.minute && s.second].filter(Boolean).join(colon);
        const offset = Array.isArray(zone)
          ? `${zone[0]}${[zone[1], zone[2]].filter(Boolean).join(colon)}`
          : zone;
        const text = `${[year, month, day].join(dash)}${s.letter}${clock}${isDecimal ? s.mark + s.part : ''}${offset}`;
        const date = new Date(plain);
        const dayExists = new Date(`${year}-${month}-${day}`);
        const isDate =
          !Number.isNaN(date.getTime()) &&
          !Number.isNaN(dayExists.getTime()) &&
          dayExists.toISOString().startsWith(`${year}-${month}-${day}`);
        if (second === '60') fc.pre(!read(text).endsWith('Z'));
        expect(read(text)).toBe(isDate ? date.toISOString() : NONE);
      }),
      { numRuns: 2_000 },
    );
  });
});

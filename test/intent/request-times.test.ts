import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../shared/intent/message.ts';
import { readNativeRequest } from '../../shared/intent/request.ts';
import { instant } from '../support/arbitraries.ts';
import { bodyOf, NOW, PROJECT } from '../support/messages.ts';

const until = (expires_at: unknown, now = NOW) => {
  const reading = readNativeRequest(
    { operation: 'dli.run', project_id: PROJECT, jobs: [1], expires_at },
    new Date(now),
  );
  return reading.ok ? reading.request.expires_at : reading.faults;
};

const fault = (detail: string) => [{ pointer: '#/expires_at', detail }];

describe('a deadline is an instant in the future', () => {
  it.each([
    ['2026-01-31T12:00:00.001Z', '2026-01-31T12:00:00.001Z'],
    ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['2026-02-01T00:00:00+01:00', '2026-01-31T23:00:00.000Z'],
    ['2026-02-01T00:00+01', '2026-01-31T23:00:00.000Z'],
    ['2026-02-07T12:00:00Z', '2026-02-07T12:00:00.000Z'],
  ])('%s', (text, read) => {
    expect(until(text)).toBe(read);
  });

  it('on a leap day', () => {
    const day = '2028-02-29T00:00:00';
    expect(until(`${day}Z`, '2028-02-28T12:00:00Z')).toBe(`${day}.000Z`);
  });

  it.each([['2026-02-07T12:00:00.001Z'], ['2027-01-01T00:00:00Z'], ['9999-12-31T23:59:59-12:00']])(
    '%s is more than seven days ahead',
    (text) => {
      expect(until(text)).toEqual(
        fault('is more than 7 days ahead: the queue would not give the jobs so often'),
      );
    },
  );

  it.each([[NOW], ['2026-01-31T11:59:59Z'], ['1970-01-01T00:00:00Z']])(
    '%s is in the past',
    (text) => {
      expect(until(text)).toEqual(fault('is in the past'));
    },
  );

  it.each([
    ['tomorrow', 'is not ISO 8601: write it as 2026-01-31T12:00:00Z'],
    ['2026-02-01T00:00:00', 'has no time zone: end it with Z, or an offset as +01:00'],
    ['2026-02-30T00:00:00Z', 'is a time that does not exist'],
  ])('%j is refused with its fault', (text, detail) => {
    expect(until(text)).toEqual(fault(detail));
  });

  it.each([[null], [1769860800000], [{}], [['2027-01-01T00:00:00Z']]])('%j is no text', (value) => {
    expect(until(value)).toEqual(fault('must be an ISO 8601 time, as 2026-01-31T12:00:00Z'));
  });
});

describe('what is accepted can be read again (P1)', () => {
  const readable = (expires_at: unknown) =>
    typeof expires_at === 'string' ? readMessage(bodyOf({ expires_at })) : { ok: true };

  it('for any instant in any time zone', () => {
    const zones = fc.constantFrom('Z', '+00:00', '-12:00', '+14:00', '+05:30');
    fc.assert(
      fc.property(instant(), zones, fc.nat({ max: 11 * 24 * 3_600_000 }), (time, zone, ahead) => {
        const now = new Date(Date.parse(time) - ahead).toISOString();
        expect(readable(until(time.replace('Z', zone), now))).toMatchObject({ ok: true });
      }),
    );
  });
});

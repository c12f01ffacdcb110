import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactNumber } from '../../shared/json/exact-number.ts';
import { parseByValue } from '../../shared/json/json.ts';

describe('a number counts by its value', () => {
  it.each([
    ['1e2', 100],
    ['1.7328e9', 1_732_800_000],
    ['50e-1', 5],
    ['5.00', 5],
    ['-0.0', 0],
    ['0e99999', 0],
    ['0.50', 0.5],
    ['1732800000.25', 1_732_800_000.25],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9.223372036854775808e18', -9_223_372_036_854_775_808n],
    ['1e300', 1e300],
  ])('%s', (text, value) => {
    expect(exactNumber(text)).toBe(value);
    expect(parseByValue(`{"a":[${text}]}`)).toEqual({ ok: true, value: { a: [value] } });
  });

  it.each([
    ['12345678.999999999999'],
    ['0.1234567890123456789'],
    ['12345678901234567.5'],
    ['1e-400'],
    ['1e400'],
    ['1'.repeat(31)],
    [`${'9'.repeat(1_000_000)}`],
  ])('what a double would round is no number: %#', (text) => {
    expect(parseByValue(`[${text}]`)).toEqual({ ok: true, value: [Number.NaN] });
  });

  it('every double, as it is written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(Number(exactNumber(String(double)))).toBe(double === 0 ? 0 : double);
      }),
    );
  });

  it('two numbers are equal if their values are, and else not', () => {
    const decimal = fc.record({
      digits: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      power: fc.integer({ min: -8, max: 8 }),
    });
    fc.assert(
      fc.property(decimal, decimal, fc.nat({ max: 3 }), (a, b, zeros) => {
        const text = ({ digits, power }: typeof a) => `${digits}e${power}`;
        const wider = `${a.digits}${'0'.repeat(zeros)}e${a.power - zeros}`;
        expect(exactNumber(wider)).toBe(exactNumber(text(a)));
        const scaled = (one: typeof a) => one.digits * 10n ** BigInt(one.power + 8);
        expect(exactNumber(text(a)) === exactNumber(text(b))).toBe(scaled(a) === scaled(b));
      }),
    );
  });
});

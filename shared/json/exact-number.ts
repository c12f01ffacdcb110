const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** No number of a payload needs more. Longer ones cost time. */
const LONGEST = 100;

/** No id is longer. */
const MOST_DIGITS = 30;

/** A number as its digits without outer zeros, and the power of ten of the last digit. */
interface Decimal {
  readonly sign: string;
  readonly digits: string;
  readonly power: number;
}

const decimalOf = (text: string): Decimal | undefined => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  if (whole === '') return undefined;
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: '', digits: '0', power: 0 };
  const power = Number(exponent) - fraction.length + all.length - digits.length;
  return { sign, digits, power };
};

const isSame = (a: Decimal, b: Decimal | undefined): boolean =>
  a.sign === b?.sign && a.digits === b.digits && a.power === b.power;

/**
 * Reads a JSON number by its value: `1e2` is 100. Laws: a whole number is exact, as a bigint beyond 2^53. Any other is a
 * double that is written as this number. So numbers that differ stay different. What a double would round is NaN.
 */
export const exactNumber = (text: string): number | bigint => {
  const decimal = text.length > LONGEST ? undefined : decimalOf(text);
  if (decimal === undefined) return Number.NaN;
  const { sign, digits, power } = decimal;
  if (power >= 0 && digits.length + power <= MOST_DIGITS) {
    const whole = BigInt(`${sign}${digits}${'0'.repeat(power)}`);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  const double = Number(text);
  return isSame(decimal, decimalOf(String(double))) ? double : Number.NaN;
};

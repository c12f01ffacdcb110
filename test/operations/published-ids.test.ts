import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dliJobId } from '../../shared/operations/dli/service.ts';

const LONGEST = '9223372036854775807';

it('the published form of a DLI id takes the texts that the reader takes, and no other', () => {
  const { anyOf } = dliJobId.form();
  const [text, number] = Array.isArray(anyOf) ? anyOf : [];
  const pattern = new RegExp(text.pattern);
  const near = fc.bigInt({
    min: 9223372036854775807n - 2_000n,
    max: 9223372036854775807n + 2_000n,
  });
  const long = fc.bigInt({ min: 10n ** 17n, max: 10n ** 19n });
  fc.assert(
    fc.property(fc.oneof(near, long, fc.bigInt(), fc.constantFrom(0n, 9n, 10n)), (id) => {
      for (const one of [`${id}`, `0${id}`, `${id} `])
        expect([one, pattern.test(one)]).toEqual([one, dliJobId.is(one)]);
    }),
  );
  for (const i of LONGEST.slice(1).split('').keys())
    for (const digit of '0123456789') {
      const one = `${LONGEST.slice(0, i + 1)}${digit}${LONGEST.slice(i + 2)}`;
      expect([one, pattern.test(one)]).toEqual([one, dliJobId.is(one)]);
    }
  expect(text.type).toBe('string');
  expect(number).toEqual({ type: 'integer', minimum: 0, maximum: 9223372036854775807n });
});

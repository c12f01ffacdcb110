import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseAfter } from '../../clients/typescript/src/repeat.ts';
import { retryAfterOf } from '../../clients/typescript/src/send.ts';

describe('the pause before a repeat', () => {
  it('is never shorter than the service asks for, and at most ten seconds longer', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.nat(), chance, (n, asked, random) => {
        const ms = pauseAfter(n, asked, () => random);
        expect(ms).toBeGreaterThanOrEqual(asked);
        expect(ms).toBeLessThanOrEqual(asked + 10_000);
      }),
    );
  });

  it('grows, and is spread', () => {
    expect([1, 2, 3, 9].map((n) => pauseAfter(n, 0, () => 0.5))).toEqual([125, 250, 500, 5_000]);
    expect(pauseAfter(9, 0, () => 0)).toBe(0);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');

  it.each([
    [null, undefined],
    ['0', 0],
    ['20', 20_000],
    ['Sat, 31 Jan 2026 12:00:05 GMT', 5_000],
    ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
  ])('%s', (header, ms) => {
    expect(retryAfterOf(header, now)).toBe(ms);
  });
});

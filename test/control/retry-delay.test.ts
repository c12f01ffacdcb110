import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayFor, retryDelay } from '../../shared/control/retry-delay.ts';

const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const count = () => fc.integer({ min: 1, max: 10_000 });

describe('a message given back waits longer each time', () => {
  it('whole seconds that SQS takes, for any count, chance and pause asked for', () => {
    fc.assert(
      fc.property(
        count(),
        random(),
        fc.option(fc.nat(), { nil: undefined }),
        (times, chance, asked) => {
          const seconds = retryDelay(times, chance, asked);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(1);
          expect(seconds).toBeLessThanOrEqual(900);
        },
      ),
    );
  });

  it('never less than the time before, given the same chance', () => {
    fc.assert(
      fc.property(count(), random(), (times, chance) => {
        expect(retryDelay(times + 1, chance)).toBeGreaterThanOrEqual(retryDelay(times, chance));
      }),
    );
  });

  it.each([
    [1, 0, 2],
    [1, 0.999, 4],
    [2, 0, 4],
    [5, 0, 32],
    [9, 0, 450],
    [9, 0.999, 900],
    [1_000, 0.999, 900],
  ])('receive %i at chance %f: %i s', (times, chance, seconds) => {
    expect(retryDelay(times, chance)).toBe(seconds);
  });

  it('messages given back together do not come back together', () => {
    const waits = Array.from({ length: 50 }, (_, i) => retryDelay(6, i / 50));
    expect(new Set(waits).size).toBeGreaterThan(20);
  });
});

describe('the pause that the upstream asks for is kept', () => {
  it('at least, up to the longest wait', () => {
    fc.assert(
      fc.property(count(), random(), fc.nat({ max: 2_000 }), (times, chance, asked) => {
        expect(retryDelay(times, chance, asked)).toBeGreaterThanOrEqual(Math.min(asked, 900));
      }),
    );
  });
});

describe('a wait for a moment', () => {
  it.each([
    ['that long', 60_000, 0, 0, 60],
    ['never less', 60_001, 0, 0, 61],
    ['with a little more, so that not all come at once', 60_000, 0.9, 0, 62],
    ['a second at the least, should it have passed', -5, 0, 0, 1],
    ['as long as the upstream asks for', 5_000, 0, 30, 30],
    ['a quarter of an hour at the most', 10_000_000, 0, 0, 900],
  ])('%s', (_, ms, random, atLeast, seconds) => {
    expect(delayFor(ms, random, atLeast)).toBe(seconds);
  });
});

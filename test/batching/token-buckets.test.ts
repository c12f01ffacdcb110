import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTokenBuckets } from '../../shared/batching/token-buckets.ts';

const begin = (rate: number, burst: number) => {
  const clock = { at: 1_000_000 };
  const take = makeTokenBuckets({ rate, burst, now: () => clock.at });
  return { take, clock };
};

describe('a token bucket', () => {
  it('gives its burst at once, and then says when the next token comes', () => {
    const { take } = begin(4, 2);
    expect([take('a'), take('a'), take('a'), take('a')]).toEqual([0, 0, 250, 250]);
  });

  it('gains tokens by its rate, up to the burst', () => {
    const { take, clock } = begin(4, 2);
    for (let i = 0; i < 3; i++) take('a');
    clock.at += 249;
    expect(take('a')).toBe(1);
    clock.at += 1;
    expect(take('a')).toBe(0);
    clock.at += 3_600_000;
    expect([take('a'), take('a'), take('a')]).toEqual([0, 0, 250]);
  });

  it('belongs to one name', () => {
    const { take } = begin(1, 1);
    expect([take('a'), take('b'), take('a')]).toEqual([0, 0, 1_000]);
  });

  it('gains nothing by a clock that is set back', () => {
    const { take, clock } = begin(1, 1);
    take('a');
    clock.at -= 10_000;
    expect(take('a')).toBe(1_000);
    clock.at += 1_000;
    expect(take('a')).toBe(0);
  });

  it('never gives more than its burst and what it gained, and gives what it promised', () => {
    const pauses = fc.array(fc.nat({ max: 2_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        pauses,
        (rate, burst, steps) => {
          const { take, clock } = begin(rate, burst);
          const start = clock.at;
          let taken = 0;
          for (const step of steps) {
            clock.at += step;
            const wait = take('a');
            if (wait === 0) taken++;
            else {
              clock.at += wait;
              expect(take('a')).toBe(0);
              taken++;
            }
            expect(taken).toBeLessThanOrEqual(burst + (rate * (clock.at - start)) / 1_000 + 1e-6);
          }
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack } from '../../shared/batching/pack.ts';

const sizes = () => fc.array(fc.nat({ max: 20 }), { maxLength: 60 });
const limits = () =>
  fc.record({
    maxCount: fc.integer({ min: 1, max: 10 }),
    maxBytes: fc.integer({ min: 1, max: 40 }),
  });
const sum = (list: readonly number[]): number => list.reduce((total, n) => total + n, 0);

describe('packs hold everything once, in order, within both limits', () => {
  it('any list', () => {
    fc.assert(
      fc.property(sizes(), limits(), (items, limit) => {
        const packs = pack(items, (bytes) => bytes, limit);
        expect(packs.flat()).toEqual(items);
        for (const one of packs) {
          expect(one.length).toBeGreaterThan(0);
          expect(one.length).toBeLessThanOrEqual(limit.maxCount);
          expect(one.length === 1 || sum(one) <= limit.maxBytes).toBe(true);
        }
      }),
    );
  });

  it('a new pack begins only when the last is full', () => {
    fc.assert(
      fc.property(sizes(), limits(), (items, limit) => {
        const packs = pack(items, (bytes) => bytes, limit);
        for (const [i, next] of packs.slice(1).entries()) {
          const before = packs[i] ?? [];
          expect(
            before.length === limit.maxCount || sum(before) + (next[0] ?? 0) > limit.maxBytes,
          ).toBe(true);
        }
      }),
    );
  });

  it('an item larger than a pack gets a pack of its own', () => {
    const packs = pack([1, 99, 2, 3], (bytes) => bytes, { maxCount: 10, maxBytes: 5 });
    expect(packs).toEqual([[1], [99], [2, 3]]);
  });
});

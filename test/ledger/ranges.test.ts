import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRanges, writeRanges } from '../../shared/ledger/ranges.ts';

const indices = () =>
  fc.oneof(
    fc.uniqueArray(fc.nat(20)),
    fc.uniqueArray(fc.nat(10_000), { maxLength: 60 }),
    fc.tuple(fc.nat(9_000), fc.nat(999)).map(([first, more]) => {
      return Array.from({ length: more + 1 }, (_, i) => first + i);
    }),
  );

describe('indices come back from their ranges', () => {
  it('any set, in any order: sorted', () => {
    fc.assert(
      fc.property(indices(), (set) => {
        expect(readRanges(writeRanges(new Set(set)))).toEqual(set.toSorted((a, b) => a - b));
      }),
    );
  });

  it('none at all', () => {
    expect(writeRanges([])).toBe('');
    expect(readRanges('')).toEqual([]);
  });
});

describe('ranges are short', () => {
  it.each([
    [[0], '0'],
    [[0, 1], '0-1'],
    [[3, 1, 2, 0], '0-3'],
    [[0, 2, 4], '0,2,4'],
    [[101, 0, 1, 99, 100], '0-1,99-101'],
    [[9, 10, 11], '9-11'],
  ])('%j: %s', (set, text) => {
    expect(writeRanges(set)).toBe(text);
  });

  it('no longer than the numbers themselves, for any set', () => {
    fc.assert(
      fc.property(indices(), (set) => {
        expect(writeRanges(set).length).toBeLessThanOrEqual(set.join(',').length);
      }),
    );
  });
});

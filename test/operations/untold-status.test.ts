import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { UNASKED, UNTOLD } from '../../shared/operations/sighting.ts';

describe('a look that told no status', () => {
  it.each([UNTOLD, UNASKED])(
    '%j says of no operation that it took effect, or had none, or may go (P4)',
    (sighting) => {
      for (const { effectOf, isThere, restart } of operations) {
        expect(effectOf(sighting, 0)).toBe('pending');
        expect(isThere(sighting)).toBe(false);
        expect(restart?.readyAt(sighting) ?? false).toBe(false);
        expect(restart?.failedAt(sighting) ?? false).toBe(false);
      }
    },
  );
});

import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { MISSING, UNASKED, UNTOLD } from '../../shared/operations/operation.ts';

describe('words in place of a status', () => {
  it('are told from each other, and from a status that was left empty', () => {
    expect(new Set([MISSING, UNTOLD, UNASKED, '']).size).toBe(4);
  });

  it.each([UNTOLD, UNASKED])(
    '%s says of no operation that it took effect, or had none, or may go (P4)',
    (status) => {
      for (const { effectOf, isThere, restart } of operations) {
        expect(effectOf({ status }, 0)).toBe('pending');
        expect(isThere(status)).toBe(false);
        expect(restart?.readyAt(status) ?? false).toBe(false);
      }
    },
  );
});

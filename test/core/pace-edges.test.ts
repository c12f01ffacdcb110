import { describe, expect, it } from 'vitest';
import { FREE, slowDown, speedUp } from '../../shared/core/pace.ts';

describe('a rate is forgotten when it is high enough', () => {
  it('which fifty a second is not yet, and more is', () => {
    const slow = slowDown(FREE, 0);
    expect(speedUp({ ...slow, rate: 48 }).rate).toBe(50);
    expect(speedUp({ ...slow, rate: 50 })).toBe(FREE);
  });
});

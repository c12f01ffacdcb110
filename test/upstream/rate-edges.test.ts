import { describe, expect, it } from 'vitest';
import { FREE, slowDown, speedUp, takeTurn } from '../../shared/upstream/rate.ts';

describe('a rate is forgotten when it is high enough', () => {
  it('which fifty a second is not yet, and more is', () => {
    const slow = slowDown(FREE, 0);
    expect(speedUp({ ...slow, rate: 48 }).rate).toBe(50);
    expect(speedUp({ ...slow, rate: 50 })).toEqual(FREE);
  });

  it('but what the upstream asked for is not: all are held back until then', () => {
    const held = speedUp({ ...slowDown(FREE, 0, 90), rate: 50 });
    expect(held).toEqual({ ...FREE, heldUntil: 90_000 });
    expect(takeTurn(held, 1_000, 0)[0]).toBe(90_000);
  });
});

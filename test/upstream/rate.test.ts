import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FREE, type Pace, slowDown, speedUp, takeTurn } from '../../shared/upstream/rate.ts';

const NOW = 1_000_000;

/** When the next `count` turns are, if all ask at once and chance is the average. */
const turns = (pace: Pace, count: number): readonly number[] => {
  let state = pace;
  return Array.from({ length: count }, () => {
    const [at, after] = takeTurn(state, NOW, 0.5);
    state = after;
    return at - NOW;
  });
};

describe('without throttles requests go as they come', () => {
  it('every turn is now', () => {
    expect(turns(FREE, 100)).toEqual(new Array(100).fill(0));
  });

  it('and good replies change nothing', () => {
    expect(speedUp(FREE, NOW)).toMatchObject({ rate: undefined, nextAt: 0, heldUntil: 0 });
  });
});

describe('a throttle slows every request of its project down', () => {
  it('the first one to eight a second, each other to seven tenths', () => {
    const first = slowDown(FREE, NOW);
    expect(turns(first, 3)).toEqual([125, 250, 375]);
    const second = slowDown(first, NOW);
    expect(turns(second, 3).map(Math.round)).toEqual([179, 357, 536]);
  });

  it('down to one in ten seconds', () => {
    let pace = FREE;
    for (let n = 0; n < 50; n++) pace = slowDown(pace, NOW);
    expect(pace.rate).toBe(0.1);
    expect(pace.throttles).toBe(50);
  });

  it('nothing goes out before the pause that it asks for is over', () => {
    const pace = slowDown(FREE, NOW, 30);
    expect(turns(pace, 2)).toEqual([30_000, 30_125]);
    expect(slowDown(pace, NOW, 5).heldUntil).toBe(NOW + 30_000);
    expect(slowDown(pace, NOW, 30 * 86_400).heldUntil).toBe(NOW + 900_000);
  });

  it('turns are spread with full jitter, one gap apart on the average', () => {
    const pace = slowDown(FREE, NOW);
    const gaps = [0, 0.25, 0.5, 0.999].map((random) => takeTurn(pace, NOW, random)[1].nextAt);
    expect(gaps.map((at) => Math.round(at - NOW - 125))).toEqual([0, 63, 125, 250]);
  });
});

describe('no throttle takes the rate below what was served within the last second', () => {
  const served = (count: number, at: number, pace = FREE): Pace =>
    Array.from({ length: count }).reduce<Pace>((before) => speedUp(before, at), pace);

  it('not the first one', () => {
    expect(slowDown(served(20, NOW), NOW + 500).rate).toBe(20);
  });

  it('and no other one after it', () => {
    const first = slowDown(served(20, NOW), NOW + 500);
    expect(slowDown(first, NOW + 600).rate).toBe(20);
  });

  it('what was served in the second before counts by the part of it that is less than a second ago', () => {
    expect(slowDown(served(20, NOW), NOW + 1_250).rate).toBe(15);
  });

  it('what was served before that does not count', () => {
    expect(slowDown(served(20, NOW), NOW + 2_000).rate).toBe(8);
  });

  it('but the rate stays below the one that would be forgotten', () => {
    expect(slowDown(served(200, NOW), NOW).rate).toBe(50);
  });
});

describe('good replies bring the rate up again, step by step', () => {
  it('two a second more with each', () => {
    expect(speedUp(slowDown(FREE, NOW), NOW).rate).toBe(10);
  });

  it('until it is high enough to be forgotten', () => {
    let pace = slowDown(FREE, NOW);
    for (let n = 0; n < 50; n++) pace = speedUp(pace, NOW);
    expect(pace).toMatchObject({ rate: undefined, nextAt: 0, heldUntil: NOW, throttles: 0 });
  });

  it('and end a row of throttles', () => {
    expect(speedUp(slowDown(slowDown(FREE, NOW), NOW), NOW).throttles).toBe(0);
  });

  it('law: whatever came before, a turn is never in the past, and never before a pause is over', () => {
    const event = fc.oneof(
      fc.constant('good' as const),
      fc.record({ after: fc.integer({ min: 0, max: 600 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(event),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (events, random) => {
          let pace = FREE;
          let held = 0;
          events.forEach((it, i) => {
            const now = NOW + i;
            if (it === 'good') pace = speedUp(pace, now);
            else {
              pace = slowDown(pace, now, it.after);
              held = Math.max(held, now + 1_000 * it.after);
            }
          });
          const [at, after] = takeTurn(pace, NOW, random);
          expect(at).toBeGreaterThanOrEqual(Math.max(NOW, held));
          expect(after.nextAt).toBeGreaterThanOrEqual(pace.nextAt);
        },
      ),
    );
  });
});

describe('a rate is forgotten when it is high enough', () => {
  it('which fifty a second is not yet, and more is', () => {
    const slow = slowDown(FREE, 0);
    expect(speedUp({ ...slow, rate: 48 }, 0).rate).toBe(50);
    expect(speedUp({ ...slow, rate: 50 }, 0).rate).toBeUndefined();
  });

  it('but what the upstream asked for is not: all are held back until then', () => {
    const held = speedUp({ ...slowDown(FREE, 0, 90), rate: 50 }, 0);
    expect(held).toMatchObject({ rate: undefined, nextAt: 0, heldUntil: 90_000 });
    expect(takeTurn(held, 1_000, 0)[0]).toBe(90_000);
  });
});

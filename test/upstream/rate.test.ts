import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begin,
  FREE,
  type Pace,
  rateOf,
  slowDown,
  speedUp,
  turnAt,
} from '../../shared/upstream/rate.ts';

const NOW = 1_000_000;

type Step = 'good' | 'bad';

/** The pace after requests that begin and are answered one after another, all at this time. */
const paceAfter = (steps: readonly Step[], pace = FREE, now = NOW): Pace =>
  steps.reduce((before, step) => {
    const begun = begin(before, now, 0.5);
    return step === 'good' ? speedUp(begun, now, now) : slowDown(begun, now, now);
  }, pace);

const times = (count: number, step: Step): Step[] => new Array<Step>(count).fill(step);

/** So many good replies, then one throttle, over and over. */
const oneIn = (count: number, rounds: number): Step[] =>
  Array.from({ length: rounds }, () => [...times(count - 1, 'good'), 'bad' as const]).flat();

/** A limit of eight requests a second, as after the first throttles. */
const LIMITED = paceAfter(times(2, 'bad'));

describe('without throttles requests go as they come', () => {
  it('every turn is now', () => {
    expect(rateOf(FREE)).toBeUndefined();
    expect(turnAt(begin(FREE, NOW, 0.9), NOW)).toBe(NOW);
    expect(rateOf(paceAfter(times(1_000, 'good')))).toBeUndefined();
  });

  it('nor does a share of throttles slow them down that is usual, wherever it lies', () => {
    expect(rateOf(paceAfter(oneIn(20, 50)))).toBeUndefined();
    expect(rateOf(paceAfter(['bad']))).toBeUndefined();
  });
});

describe('throttles that are more than usual set a limit', () => {
  it('at eight a second, if nothing was served', () => {
    expect(LIMITED.limit?.ceiling).toBe(8);
    expect(rateOf(LIMITED)).toBeCloseTo(5.33);
  });

  it('at what was served within the last second, if that is more', () => {
    const pace = paceAfter([...times(30, 'good'), ...times(10, 'bad')]);
    expect(pace.limit?.ceiling).toBe(30);
  });

  it('and at what was under way by then and is served', () => {
    let pace = FREE;
    for (let n = 0; n < 30; n++) pace = begin(pace, NOW, 0.5);
    for (let n = 0; n < 10; n++) pace = slowDown(pace, NOW + 50, NOW);
    expect(pace.limit?.ceiling).toBe(8);
    for (let n = 0; n < 20; n++) pace = speedUp(pace, NOW + 150, NOW);
    expect(pace.limit?.ceiling).toBe(20);
  });

  it('once for all that were under way at the same time', () => {
    let pace = FREE;
    for (let n = 0; n < 40; n++) pace = begin(pace, NOW, 0.5);
    for (let n = 0; n < 40; n++) pace = slowDown(pace, NOW + 50 + n, NOW);
    expect(pace.limit?.ceiling).toBe(8);
    expect(pace.throttles).toBe(1);
  });

  it('one gap after another, each with jitter', () => {
    const gap = 1_000 / (rateOf(LIMITED) ?? 0);
    const turns = [0, 0.5, 0.999].map((random) => turnAt(begin(LIMITED, NOW, random), NOW) - NOW);
    expect(turns.map((at) => at / gap)).toEqual(
      [0.5, 1, 1.5].map((gaps) => expect.closeTo(gaps, 2)),
    );
  });

  it('lower and lower while nothing is served, down to one in four seconds', () => {
    const rates = [6, 12, 18, 60].map((count) => rateOf(paceAfter(times(count, 'bad'), LIMITED)));
    expect(rates.slice(0, 2)).toEqual([expect.closeTo(8 / 6), expect.closeTo(2 / 6)]);
    expect(rates.slice(2)).toEqual([0.25, 0.25]);
  });
});

describe('whether the limit helps shows at the lower rate', () => {
  it('if next to nothing is refused, it stays, and rises to the ceiling, and then above it', () => {
    const rates = [0, 12, 20, 28, 60].map((count) =>
      rateOf(paceAfter(times(count, 'good'), LIMITED)),
    );
    const expected = [5.33, 7.83, 8, 8.17, 29.33];
    expect(rates).toEqual(expected.map((rate) => expect.closeTo(rate, 2)));
  });

  it('until it holds up no request', () => {
    expect(rateOf(paceAfter(times(400, 'good'), LIMITED))).toBeUndefined();
  });

  it('if as large a share is refused, throttles are random: the limit goes', () => {
    const fast = paceAfter([...times(14, 'good'), ...times(6, 'bad')]);
    expect(rateOf(fast)).toBeDefined();
    const slow = paceAfter([...oneIn(3, 4)], fast);
    expect(slow).toMatchObject({ limit: undefined, isRandom: true });
    // That share of throttles sets none any more.
    expect(rateOf(paceAfter(oneIn(3, 100), slow))).toBeUndefined();
    // A larger one does.
    expect(rateOf(paceAfter(times(20, 'bad'), slow))).toBeDefined();
  });

  it('and then it stays: what is too fast for them as well has met a limit', () => {
    const known: Pace = { ...FREE, usual: 0.3, isRandom: true };
    const fast = paceAfter(times(20, 'bad'), known);
    expect(rateOf(paceAfter(oneIn(2, 6), fast))).toBeDefined();
  });

  it('after a limit has shown, two throttles among few lower it', () => {
    const shown = paceAfter(times(24, 'good'), LIMITED);
    const lower = paceAfter(times(3, 'bad'), shown, NOW + 5_000);
    expect(rateOf(lower)).toBeLessThan(0.7 * (rateOf(shown) ?? 0));
  });
});

describe('what is known is forgotten', () => {
  it('two minutes after the last throttle', () => {
    const random: Pace = { ...LIMITED, isRandom: true, usual: 0.5 };
    expect(paceAfter(['good'], random, NOW + 120_000).isRandom).toBe(true);
    const later = paceAfter(['good'], random, NOW + 120_001);
    expect(later).toMatchObject({ limit: undefined, isRandom: false, usual: FREE.usual });
  });
});

describe('a pause that the upstream asks for', () => {
  it('stops all until then, for a quarter of an hour at most', () => {
    expect(turnAt(slowDown(FREE, NOW, NOW, 30), NOW)).toBe(NOW + 30_000);
    expect(turnAt(slowDown(FREE, NOW, NOW, 30 * 86_400), NOW)).toBe(NOW + 900_000);
  });

  it('is not made shorter by another one, nor by a good reply', () => {
    const held = slowDown(FREE, NOW, NOW, 300);
    expect(slowDown(held, NOW, NOW, 5).heldUntil).toBe(NOW + 300_000);
    expect(speedUp(held, NOW + 1_000, NOW).heldUntil).toBe(NOW + 300_000);
    expect(speedUp(held, NOW + 200_000, NOW).heldUntil).toBe(NOW + 300_000);
  });
});

describe('rounds of throttles', () => {
  it('end with a good reply', () => {
    let pace = FREE;
    for (let n = 0; n < 5; n++) pace = slowDown(pace, NOW + n, NOW + n);
    expect(pace.throttles).toBe(5);
    expect(speedUp(pace, NOW, NOW).throttles).toBe(0);
  });
});

it('law: whatever came, a turn is never in the past or within a pause, and a rate is in its bounds', () => {
  const event = fc.record({
    wait: fc.integer({ min: 0, max: 3_000 }),
    lasts: fc.integer({ min: 0, max: 2_000 }),
    reply: fc.oneof(fc.constant('good' as const), fc.integer({ min: 0, max: 600 })),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      let [pace, now, held] = [FREE, NOW, 0];
      for (const { wait, lasts, reply, random } of events) {
        now += wait;
        const begunAt = Math.max(NOW, now - lasts);
        pace = begin(pace, now, random);
        if (reply === 'good') pace = speedUp(pace, now, begunAt);
        else {
          pace = slowDown(pace, now, begunAt, reply);
          held = Math.max(held, now + 1_000 * reply);
        }
        expect(turnAt(pace, now)).toBeGreaterThanOrEqual(Math.max(now, held));
        const rate = rateOf(pace);
        if (rate === undefined) continue;
        expect(rate).toBeGreaterThanOrEqual(0.25);
        expect(turnAt(pace, now)).toBeLessThanOrEqual(Math.max(held, now + 6_000));
      }
    }),
  );
});

import { describe, expect, it } from 'vitest';
import {
  atRandom,
  type Gate,
  type Load,
  median,
  peer,
  perMinute,
  perSecond,
  play,
} from './throttled-upstream.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Medians over the seeds. Each has a gate of its own. */
const played = async (gateOf: () => Gate, load: Omit<Load, 'gate' | 'seed'>) => {
  const runs = [];
  for (const seed of SEEDS) runs.push(await play({ ...load, gate: gateOf(), seed }));
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    attempts: median(runs.map(({ attempts }) => attempts)),
    worst: Math.max(...runs.map(({ seconds }) => seconds)),
    back: runs.reduce((sum, { back }) => sum + back, 0),
  };
};

describe('throttles at random cost hardly more than they must', () => {
  it.each([
    { share: 0.1, atOnce: 20 },
    { share: 0.3, atOnce: 20 },
    { share: 0.3, atOnce: 8 },
    { share: 0.3, atOnce: 2 },
    { share: 0.5, atOnce: 20 },
    { share: 0.5, atOnce: 8 },
  ])('$share of all, $atOnce at once: 1.3 times a loader with three retries', async (load) => {
    const calls = 20 * load.atOnce;
    const ours = await played(() => atRandom(load.share), { calls, atOnce: load.atOnce });
    // What the loader gives up after three retries, it does not do again: that counts for it.
    const loader = { calls, atOnce: load.atOnce, sender: peer, backMs: 0 };
    const { seconds } = await played(() => atRandom(load.share), loader);
    expect(ours.seconds).toBeLessThan(1.3 * seconds);
    expect(ours.attempts).toBeLessThan(1.05 / (1 - load.share));
  });

  it('no call comes back, where three of ten are refused', async () => {
    expect((await played(() => atRandom(0.3), { calls: 400 })).back).toBe(0);
  });

  it('nor does it matter how many processes there are', async () => {
    const two = await played(() => atRandom(0.3), { calls: 400, processes: 2, atOnce: 10 });
    expect(two.seconds).toBeLessThan(6);
    expect(two.attempts).toBeLessThan(1.5);
  });
});

describe('a limit per second is kept to', () => {
  it.each([
    { rate: 20, calls: 20, attempts: 1, processes: 1 },
    { rate: 20, calls: 20, attempts: 1, processes: 2 },
    { rate: 20, calls: 400, attempts: 1.25, processes: 1 },
    { rate: 20, calls: 400, attempts: 1.3, processes: 2 },
    { rate: 20, calls: 400, attempts: 1.55, processes: 4 },
    { rate: 5, calls: 100, attempts: 1.35, processes: 1 },
    { rate: 5, calls: 100, attempts: 1.5, processes: 2 },
    { rate: 100, calls: 2_000, attempts: 1.25, processes: 1 },
    { rate: 100, calls: 2_000, attempts: 1.3, processes: 2 },
  ])('$rate a second, $calls calls, $processes processes', async ({ rate, attempts, ...load }) => {
    // The bucket is full at first.
    const least = (load.calls - rate) / rate;
    const atOnce = 20 / load.processes;
    const ours = await played(() => perSecond(rate), { ...load, atOnce });
    expect(ours.attempts).toBeLessThanOrEqual(attempts);
    expect(ours.seconds).toBeLessThan(1.15 * least + 0.5);
    expect(ours.worst).toBeLessThan(1.6 * least + 0.5);
  });

  it.each([
    { rates: [8, 10, 12, 14, 16, 40], slower: 1.2 },
    // A slow upstream tells little at a time.
    { rates: [1, 2, 4], slower: 2 },
  ])('whatever it is, $rates: with few more than twice the requests', async (it) => {
    for (const rate of it.rates) {
      const ours = await played(() => perSecond(rate), { calls: 10 * rate + 20 });
      expect(ours.attempts).toBeLessThan(2.2);
      expect(ours.seconds).toBeLessThan(it.slower * (9 + 20 / rate) + 1);
    }
  });
});

describe('a limit that changes is followed', () => {
  it('up from 20 to 100 a second: within ten seconds', async () => {
    const gateOf = () => perSecond((now) => (now < 610_000 ? 20 : 100));
    // 220 calls are served before the change, and 780 after it take 7.8 s at the least.
    const ours = await played(gateOf, { calls: 1_000 });
    expect(ours.seconds).toBeLessThan(10 + 10);
    expect(ours.attempts).toBeLessThan(1.2);
  });

  it('down from 100 to 10 a second: at once', async () => {
    const gateOf = () => perSecond((now) => (now < 605_000 ? 100 : 10));
    // 600 calls are served before the change, and 100 after it take 10 s at the least.
    const ours = await played(gateOf, { calls: 700 });
    expect(ours.seconds).toBeLessThan(5 + 12);
    expect(ours.attempts).toBeLessThan(1.35);
  });
});

describe('a limit per minute is waited for', () => {
  it('until the upstream’s Retry-After', async () => {
    const ours = await played(() => perMinute(60, 'Retry-After'), { calls: 150 });
    expect(ours.seconds).toBeLessThan(123);
    expect(ours.attempts).toBeLessThan(1.2);
  });

  it('and without a word from it, with few requests', async () => {
    const ours = await played(() => perMinute(60, 'nothing'), { calls: 150 });
    expect(ours.seconds).toBeLessThan(200);
    expect(ours.attempts).toBeLessThan(1.6);
  });
});

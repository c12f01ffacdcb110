import { describe, expect, it } from 'vitest';
import { choose } from '../../bench/model/choose.ts';
import { DEFAULTS, type Setup } from '../../bench/model/setup.ts';
import { simulate } from '../../bench/model/simulate.ts';

const play = (change: Partial<Setup>) => simulate({ ...DEFAULTS, seconds: 60, ...change });

describe('the model of a queue, its pollers and its batches', () => {
  it('tells every job after its window and its call, and not much later', () => {
    const { p50Ms, p99Ms, holds } = play({ perSecond: 10, windowMs: 1_000 });
    expect(holds).toBe(true);
    expect(p50Ms).toBeGreaterThan(100);
    expect(p99Ms).toBeGreaterThan(1_000);
    expect(p99Ms).toBeLessThan(1_500);
  });

  it('a longer window fills calls better', () => {
    const fills = [1_000, 5_000, 20_000].map(
      (windowMs) => play({ perSecond: 5, windowMs, seconds: 240 }).jobsPerCall,
    );
    expect(fills).toEqual(fills.toSorted((a, b) => a - b));
    expect(fills[2]).toBeGreaterThan(3 * (fills[0] ?? Number.NaN));
  });

  it('pollers share the messages, so more of them make more calls', () => {
    const shared = { kind: 'standard', maxConcurrency: undefined } as const;
    expect(play({ perSecond: 50, mapping: shared }).callsPerSecond).toBeGreaterThan(
      play({ perSecond: 50 }).callsPerSecond,
    );
  });

  it('a key pair carries no more than its calls at once allow', () => {
    // Two functions with two calls of a hundred each, 1.1 s long: 364 jobs a second.
    expect(play({ perSecond: 300, upstreamMs: 1_000 }).holds).toBe(true);
    expect(play({ perSecond: 450, upstreamMs: 1_000 }).holds).toBe(false);
  });

  it('a fair queue spares a quiet caller the backlog of another', () => {
    const behind = { backlog: 50_000, seconds: 120 };
    expect(play(behind).p99Ms).toBeGreaterThan(30_000);
    expect(play({ ...behind, fair: true }).p99Ms).toBeLessThan(10_000);
  });

  it('the defaults are enough for a quiet load, and not for a large one', () => {
    expect(choose({ perSecond: 1, projects: 1 }, 50)?.setup).toMatchObject(DEFAULTS);
    expect(choose({ perSecond: 10_000, projects: 10 }, 50)?.setup.credential.kind).toBe('token');
  });
});

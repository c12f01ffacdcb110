import { describe, expect, it } from 'vitest';
import { measureCalls } from '../../bench/calls.ts';
import { measureDeployed } from '../../bench/deployed.ts';
import { measureGrowth } from '../../bench/growth.ts';
import { OURS } from '../../bench/rig/designs.ts';
import { tryOut } from '../../bench/rig/trial.ts';
import { backlog } from '../../bench/rig/workloads.ts';

/**
 * Ratios and counts from a short run. The bounds are far above what `npm run bench` measures, so that only a mistake in the
 * code crosses them, and never a slow machine.
 */
describe('what a job costs stays within bounds', () => {
  it('the plan has as few calls as can be', () => {
    expect(measureCalls().ratio).toBe(1);
  });

  it.each([
    { perMessage: 1, writes: 2.1, reads: 2.1, eventRequests: 0.11 },
    { perMessage: 100, writes: 1.1, reads: 1.1, eventRequests: 0.11 },
  ])('at $perMessage per message: calls, units and requests', async (bounds) => {
    const figures = await tryOut(OURS, backlog(1_000, bounds.perMessage));
    expect(figures).toMatchObject({ lost: 0, doubled: 0, stale: 0, notRun: 0, unfinished: 0 });
    expect(figures.callsPerOptimum).toBe(1);
    expect(figures.writeUnits).toBeLessThan(bounds.writes);
    expect(figures.readUnits).toBeLessThan(bounds.reads);
    expect(figures.eventRequests).toBeLessThan(bounds.eventRequests);
  });

  it('processor time as deployed is a few times that of the loop alone', async () => {
    const { ratio } = await measureDeployed(1, { jobs: 2_000, rounds: 1 });
    expect(ratio).toBeLessThan(12);
  });

  it('twice the jobs take about twice the time', () => {
    expect(measureGrowth(10_000).exponent).toBeLessThan(1.25);
  });
});

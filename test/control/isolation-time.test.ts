import { describe, expect, it } from 'vitest';
import { timeIsolation } from '../support/isolation-time.ts';

/** Twenty requests at once. One takes 50 ms, and 1 ms more for each of its jobs. */
const both = async (badShare: number, jobs = 10_000) => {
  const [inCalls, alone] = await Promise.all([
    timeIsolation({ jobs, badShare, maxJobsPerCall: 100 }),
    timeIsolation({ jobs, badShare, maxJobsPerCall: 1 }),
  ]);
  expect(inCalls.wrong).toEqual([]);
  expect(alone).toEqual({ requests: jobs, seconds: (jobs / 20) * 0.051, wrong: [] });
  return { ...inCalls, share: inCalls.seconds / alone.seconds };
};

describe('ten thousand jobs in calls of a hundred, beside as many single calls', () => {
  /**
   * With 5 % bad jobs, no way to take calls apart needs less than 34 % of the time of single calls: dynamic programming over
   * all of them says so. A refusal names no job, and a bad job is sent alone before it is rejected.
   */
  it.each([
    [0, 100, 0.03],
    [0.01, 1_000, 0.15],
    [0.05, 3_400, 0.37],
    [0.2, 8_700, 0.9],
    // The first twenty calls are lost. All others are single by then.
    [0.5, 10_150, 1.02],
  ])('%d of them bad: at most %d requests, and at most %d of the time', async (bad, most, time) => {
    const { requests, share } = await both(bad);
    expect(requests).toBeLessThanOrEqual(most);
    expect(share).toBeLessThanOrEqual(time);
  });

  it('one bad job among a hundred is found in half a second, and costs what it may', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const found = await timeIsolation({ jobs: 100, badShare: 0.01, seed, maxJobsPerCall: 100 });
      expect(found.wrong).toEqual([]);
      expect(found.requests - 1).toBeLessThanOrEqual(15);
      expect(found.seconds).toBeLessThanOrEqual(0.5);
    }
  });

  it('with one request at a time, a bad job among a hundred costs fewer', async () => {
    const all = await Promise.all(
      [1, 2, 3, 4].map((seed) =>
        timeIsolation({ jobs: 100, badShare: 0.01, seed, maxJobsPerCall: 100, atOnce: 1 }),
      ),
    );
    for (const { requests, wrong } of all) {
      expect(wrong).toEqual([]);
      expect(requests - 1).toBeLessThanOrEqual(11);
    }
  });
});

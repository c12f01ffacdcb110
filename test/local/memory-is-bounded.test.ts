import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { keepJobs } from '../../local/upstream/jobs.ts';
import { begin } from './begin-upstream.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const heapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const MANNER = { effectLagMs: 0, statusLagMs: 0, declineStop: false };
const keyOf = (id: number) => ({ service: 'dli', project: 'p', id: String(id) }) as const;

/** Jobs that keep only so many, and run one after another, ten in each second. */
const beginJobs = (maxJobs: number) => {
  let now = 0;
  const jobs = keepJobs(() => now, 200, maxJobs);
  const runUpTo = (from: number, to: number): void => {
    for (let id = from; id < to; id++) {
      now += 100;
      jobs.carryOut('dli.run', keyOf(id), {}, MANNER);
    }
  };
  return { jobs, runUpTo, now: () => now };
};

describe('the simulated upstream forgets jobs of long ago', () => {
  it('so that a hundred thousand take no more memory than ten thousand', () => {
    const { runUpTo, jobs } = beginJobs(1_000);
    const empty = heapMb();
    runUpTo(0, 10_000);
    const atTen = heapMb() - empty;
    runUpTo(10_000, 100_000);
    expect(heapMb() - empty).toBeLessThan(1.5 * atTen);
    expect(jobs.effectsOf(keyOf(99_999))).toHaveLength(1);
  });

  it('but none that was asked for within five minutes, or that was put into a state', () => {
    const { runUpTo, jobs } = beginJobs(10);
    jobs.put(keyOf(0), { status: 'job_init' });
    runUpTo(1, 3_500);
    jobs.look(keyOf(1_000));
    runUpTo(3_500, 4_000);
    const known = (id: number) => jobs.effectsOf(keyOf(id)).length === 1;
    expect([1, 800, 1_000, 1_200, 3_999].map(known)).toEqual([false, false, true, true, true]);
    expect(jobs.statusOf(keyOf(0))).toBe('job_init');
  });
});

it('the simulated upstream keeps the latest calls, if told how many', async () => {
  const { run, calls } = await begin({ maxKept: 20 });
  for (let id = 0; id < 50; id++) await run(id);
  expect(calls.length).toBeLessThanOrEqual(22);
  expect(calls.at(-1)?.job_ids).toEqual(['49']);
});

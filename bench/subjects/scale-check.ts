import { DEFAULTS, type Setup } from '../model/setup.ts';
import { simulate } from '../model/simulate.ts';
import { brief, type Table } from '../report/table.ts';
import { measureSteady } from '../steady.ts';
import type { Options } from './subject.ts';

/** What a job takes of a whole core, as here. */
const CPU_MS_PER_JOB = 0.15;

const CASES: readonly (readonly [name: string, Partial<Setup>])[] = [
  ['10 a second, window 1 s', { perSecond: 10, windowMs: 1_000 }],
  ['200 a second, window 1 s', { perSecond: 200, windowMs: 1_000 }],
  ['200 a second, window 2 s', { perSecond: 200, windowMs: 2_000 }],
];

/** The model beside real functions that take the same load. */
export const checkModel = async ({ quick }: Options): Promise<Table> => {
  const seconds = quick ? 4 : 8;
  const rows = await Promise.all(
    CASES.map(async ([name, change]) => {
      const setup = { ...DEFAULTS, ...change, cpuMsPerJob: CPU_MS_PER_JOB };
      const told = simulate(setup);
      const seen = await measureSteady(setup, seconds);
      return [
        name,
        `${brief(told.jobsPerCall)}; ${brief(seen.jobsPerCall)}`,
        `${brief(told.p50Ms / 1_000)}; ${brief(seen.p50Ms / 1_000)}`,
        `${brief(told.p99Ms / 1_000)}; ${brief(seen.p99Ms / 1_000)}`,
      ];
    }),
  );
  return {
    name: 'scale-check',
    title: 'The model against real functions: what it says; what was measured',
    columns: ['load, MAX_CONCURRENCY 2', 'jobs per call', 'delay p50, s', 'delay p99, s'],
    rows,
  };
};

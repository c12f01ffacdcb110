import { measureLone } from '../lone.ts';
import { quantile } from '../median.ts';
import { dollarsFor } from '../model/outlook-dollars.ts';
import { DEFAULTS } from '../model/setup.ts';
import { simulate } from '../model/simulate.ts';
import { round, type Table } from '../report/table.ts';
import type { Options, Subject } from './subject.ts';

const WINDOWS_SECONDS = [0, 1, 2, 5, 10];
const JOBS = 20;

const rowFor = async (seconds: number, jobs: number): Promise<readonly string[]> => {
  const windowMs = seconds * 1_000;
  const lone = await measureLone(windowMs, jobs);
  const batchSize = seconds === 0 ? 10 : DEFAULTS.batchSize;
  const steady = { ...DEFAULTS, windowMs, batchSize, perSecond: 10 };
  const outlook = simulate(steady);
  return [
    String(seconds),
    `${round(quantile(lone, 0.5) / 1_000, 2)}, ${round(quantile(lone, 0.99) / 1_000, 2)}`,
    `${round(outlook.p50Ms / 1_000, 1)}, ${round(outlook.p99Ms / 1_000, 1)}`,
    round(outlook.jobsPerCall, 1),
    round(outlook.callsPerSecond, 2),
    round(dollarsFor(outlook), 2),
  ];
};

const measure = async ({ quick }: Options) => {
  const windows = quick ? WINDOWS_SECONDS.slice(0, 2) : WINDOWS_SECONDS;
  const jobs = quick ? 3 : JOBS;
  const table: Table = {
    name: 'windows',
    title: 'What BATCH_WINDOW_SECONDS costs and saves',
    columns: [
      'window, s',
      'a lone job: p50, p99, s',
      '10 jobs a second: p50, p99, s',
      'jobs per call',
      'calls per second',
      'dollars per million',
    ],
    rows: await Promise.all(windows.map((seconds) => rowFor(seconds, jobs))),
    note: `A lone job is measured, ${jobs} times, from the queue to the result. The rest is the model's.`,
  };
  return { tables: [table] };
};

export const loneJobs: Subject = { name: 'windows', measure };

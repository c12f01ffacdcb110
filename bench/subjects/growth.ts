import { measureGrowth } from '../growth.ts';
import { round } from '../report/table.ts';
import type { Options, Subject } from './subject.ts';

const measure = async ({ quick }: Options) => {
  const { perJob, exponent } = measureGrowth(quick ? 10_000 : undefined);
  const table = {
    name: 'growth',
    title: 'How the time of one invocation grows with its jobs (control loop, ledger in memory)',
    columns: ['', ...perJob.map(([jobs]) => `${round(jobs)} jobs`), 'exponent (goal 1.05)'],
    rows: [['CPU µs per job', ...perJob.map(([, cpu]) => round(cpu, 1)), round(exponent, 3)]],
  };
  return { tables: [table] };
};

export const growth: Subject = { name: 'growth', measure };

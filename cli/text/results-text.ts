import type { JobStatus } from '../../clients/typescript/src/schemas.ts';
import { type Paint, paintWord } from './paint.ts';
import { type Row, tableOf } from './table.ts';
import { counted } from './times.ts';

const errorText = ({ error, superseded_by: by }: JobStatus): string => {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  return by === undefined ? '' : `by ${by}`;
};

const rowOf = (job: JobStatus, paint: Paint): Row => [
  job.job_id,
  { text: job.outcome ?? '-', paint: (word) => paintWord(paint, word) },
  job.evidence,
  errorText(job),
];

/** The jobs of an intent as a table. */
export const jobsTable = (jobs: readonly JobStatus[], paint: Paint): readonly string[] =>
  tableOf(
    ['JOB', 'OUTCOME', 'EVIDENCE', 'WHY'],
    jobs.map((job) => rowOf(job, paint)),
  );

/** How many jobs had each outcome: `3 delivered, 1 rejected`. */
export const outcomesText = (jobs: readonly Pick<JobStatus, 'outcome'>[]): string => {
  const groups = Map.groupBy(jobs, ({ outcome }) => outcome ?? 'without a verdict');
  const parts = [...groups].map(
    ([outcome, { length }]) => `${length.toLocaleString('en')} ${outcome}`,
  );
  return parts.length === 0 ? counted(0, 'job') : parts.join(', ');
};

const BAR = 30;

/** A bar of so many places, and the count beside it. */
export const progressBar = (done: number, all: number): string => {
  const full = all === 0 ? 0 : Math.floor((done / all) * BAR);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${done.toLocaleString('en')} of ${counted(all, 'job')}`;
};

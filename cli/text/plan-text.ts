import type { PlannedCall } from '../input/plan-steps.ts';
import { tableOf } from './table.ts';
import { counted } from './times.ts';

const optionsText = (options: PlannedCall['options']): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const JOBS_SHOWN = 4;

const jobsText = (jobs: readonly string[]): string => {
  const shown = jobs.slice(0, JOBS_SHOWN).join(' ');
  return jobs.length > JOBS_SHOWN ? `${shown} …` : shown;
};

/** A plan as a table, with its totals first. `assumed` says on what the size of the calls rests. */
export const planLines = (calls: readonly PlannedCall[], assumed: string): readonly string[] => {
  const jobs = new Set(calls.flatMap((call) => call.jobs)).size;
  const steps = calls.at(-1)?.step ?? 1;
  const waits = steps > 1 ? [`Calls of step 2 wait until their jobs stand still.`] : [];
  return [
    `${counted(calls.length, 'upstream call')} for ${counted(jobs, 'job')}, ${assumed}.`,
    ...tableOf(
      steps > 1
        ? ['STEP', 'REQUEST', 'OPTIONS', 'COUNT', 'JOBS']
        : ['REQUEST', 'OPTIONS', 'COUNT', 'JOBS'],
      calls.map(({ step, request, options, jobs: own }) => [
        ...(steps > 1 ? [String(step)] : []),
        request,
        optionsText(options),
        String(own.length),
        jobsText(own),
      ]),
    ),
    ...waits,
    'Intents of others that wait on the queue may share these calls.',
  ];
};

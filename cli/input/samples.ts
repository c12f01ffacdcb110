import type { Option } from 'commander';
import type { Service } from '../../shared/operations/operation.ts';

/** A project, as examples name it. */
export const SAMPLE_PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';

/** An intent, as examples name it. */
export const SAMPLE_INTENT = '0199c0de-0000-7000-8000-000000000000';

const JOBS: Readonly<Record<Service, string>> = {
  dli: '131 130',
  drs: '9a470239-2308-4bb5-a6bc-1040402fjb21',
};

/** How a command that hands intents in is typed, with each option that it cannot do without. */
export const sampleLine = (name: string, service: Service, options: readonly Option[]): string => {
  const needed = options
    .filter(({ mandatory, long }) => mandatory && long !== '--project')
    .map(({ long, argChoices = [] }) => `${long} ${argChoices[0] ?? '<value>'}`);
  return [name, JOBS[service], '--project', SAMPLE_PROJECT, ...needed].join(' ');
};

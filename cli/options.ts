import { InvalidArgumentError, Option } from 'commander';
import { projectId } from '../shared/operations/operation.ts';

/** Where job-fanin is. Every command takes these. */
export const targetOptions = (): readonly Option[] => [
  new Option('--stack <name>', 'the deployed stack of this name'),
  new Option(
    '--region <region>',
    'its AWS region; without it, AWS_REGION, AWS_DEFAULT_REGION or the profile',
  ),
  new Option('--url <url>', 'the address of the embedded stack').env('JOB_FANIN_URL'),
  new Option('--data-dir <folder>', 'the embedded stack that keeps its data there').env('DATA_DIR'),
  new Option('--token-file <file>', 'a file with the bearer token; or set JOB_FANIN_TOKEN'),
];

export const jsonOption = (): Option => new Option('--json', 'JSON for scripts');

export const yesOption = (): Option => new Option('-y, --yes', 'do not ask');

export const projectOption = (isNeeded = true): Option =>
  new Option('-p, --project <id>', 'the project of the jobs')
    .env('JOB_FANIN_PROJECT')
    .makeOptionMandatory(isNeeded)
    .argParser((text) => {
      if (projectId.test(text)) return text;
      throw new InvalidArgumentError('It is 1 to 64 letters, digits, hyphens or underscores.');
    });

/** A whole number of an option, within bounds. */
export const wholeOption = (
  flags: string,
  what: string,
  { least, most }: { readonly least: number; readonly most: number },
): Option =>
  new Option(flags, what).argParser((text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  });

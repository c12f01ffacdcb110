import { Option } from 'commander';
import * as v from 'valibot';
import type { Operation } from '../../shared/operations/operation.ts';
import { type OptionEntry, optionKindOf } from '../../shared/operations/option-kind.ts';
import type { Options } from '../command.ts';

/** The rule of an option, in the words of its own schema. */
const ruleOf = (entry: OptionEntry): string =>
  v.safeParse(entry, {}).issues?.[0].message ?? 'as the vendor has it';

/** `resume_savepoint` → `resume-savepoint`. */
const spelt = (name: string): string => name.replaceAll('_', '-');

/** `resume_savepoint` → `resumeSavepoint`, as the parser names it. */
const keyOf = (name: string): string =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

const optionsFor = (name: string, entry: OptionEntry, isNeeded: boolean): readonly Option[] => {
  const kind = optionKindOf(entry);
  const long = `--${spelt(name)}`;
  switch (kind.kind) {
    case 'flag':
      return [
        new Option(long, `${name}: true`),
        new Option(`--no-${spelt(name)}`, `${name}: false; without either it is not sent`),
      ];
    case 'word':
      return [
        new Option(`${long} <word>`, `${name}, for all jobs`)
          .choices(kind.words)
          .makeOptionMandatory(isNeeded),
      ];
    case 'text':
      return [
        new Option(`${long} <text>`, `${name}, for all jobs: ${ruleOf(entry)}`).makeOptionMandatory(
          isNeeded,
        ),
      ];
    default:
      return kind satisfies never;
  }
};

const entriesOf = (entries: Operation['options']): readonly (readonly [string, OptionEntry])[] =>
  Object.entries(entries);

/** The options of an operation's row on the command line: those of the call, and those of each job. */
export const rowOptions = ({ options, job }: Operation): readonly Option[] => [
  ...entriesOf(options).flatMap(([name, entry]) => optionsFor(name, entry, false)),
  ...entriesOf(job.entries).flatMap(([name, entry]) =>
    optionsFor(name, entry, job.needed.includes(name)),
  ),
];

/** What was given of these options. What was not given is left out, and so takes the upstream's own default. */
const givenOf = (entries: Operation['options'], options: Options): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(entries).flatMap((name) => {
      const value = options[keyOf(name)];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The jobs and the options of a native request, of ids and the options of its row. */
export const requestedBy = (row: Operation, ids: readonly string[], options: Options) => {
  const ofJobs = givenOf(row.job.entries, options);
  const isPlain = Object.keys(ofJobs).length === 0;
  return {
    options: givenOf(row.options, options),
    jobs: ids.map((job_id) => (isPlain ? job_id : { job_id, ...ofJobs })),
  };
};

import { Option } from 'commander';
import { type Options, textIn } from '../command.ts';
import { jsonOption, projectOption, targetOptions, wholeOption, yesOption } from '../options.ts';

/** The options of every command that hands intents in. */
export const requestOptions = (): readonly Option[] => [
  projectOption(),
  new Option('-f, --file <file>', 'a file of job ids in any separator; - for stdin'),
  new Option('--correlation-id <text>', 'a name of yours, which comes back with each result'),
  new Option('--expires-at <time>', 'the deadline, as 2026-01-31T12:00:00Z; 6 hours without it'),
  new Option('--sequence <text>', 'the order among intents of one caller: a number or a time'),
  new Option('--idempotency-key <text>', 'for 24 hours the same key is the same request'),
  new Option('--plan', 'show the calls that it would make, and send nothing'),
  yesOption(),
  new Option('-w, --watch', 'wait, and print each verdict as it comes'),
  wholeOption('--timeout <seconds>', 'with --watch: how long', { least: 1, most: 604_800 }),
  jsonOption(),
  ...targetOptions(),
];

/** The fields of a native request that do not depend on its operation. */
export const commonFields = (options: Options): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [
      ['project_id', 'project'],
      ['correlation_id', 'correlationId'],
      ['expires_at', 'expiresAt'],
      ['sequence', 'sequence'],
    ].flatMap(([field = '', option = '']) => {
      const text = textIn(options, option);
      return text === undefined ? [] : [[field, text]];
    }),
  );

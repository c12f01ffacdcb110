import { type CliCommand, flagIn } from '../command.ts';
import { follow } from '../follow.ts';
import { intentIdOf } from '../input/intent-id.ts';
import { SAMPLE_INTENT } from '../input/samples.ts';
import { jsonOption, targetOptions, wholeOption } from '../options.ts';
import { findCallable } from '../target/target.ts';
import { timeoutIn } from './hand-in.ts';

/** Waits for the verdicts of intents. */
export const watchCommand: CliCommand = {
  name: 'watch',
  example: `watch ${SAMPLE_INTENT}`,
  summary: 'print each verdict of these intents as it comes',
  details:
    'Ends when every job has its verdict: with 0 if all were delivered, else with 1. With --json, each verdict is a line.',
  arguments: [['<intents...>', 'ids of intents, as their answers gave them']],
  options: [
    wholeOption('--timeout <seconds>', 'wait at most so long', { least: 1, most: 604_800 }),
    jsonOption(),
    ...targetOptions(),
  ],
  run: async (world, given, options) => {
    const ids = given.map(intentIdOf);
    const target = await findCallable(world, options);
    return follow(world, target, ids, {
      isJson: flagIn(options, 'json'),
      timeoutMs: timeoutIn(options),
      endsUnread: true,
    });
  },
};

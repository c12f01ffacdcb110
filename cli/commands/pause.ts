import { type CliCommand, flagIn } from '../command.ts';
import { EXIT } from '../exit.ts';
import { jsonOption, targetOptions } from '../options.ts';
import { findTarget } from '../target/target.ts';
import { clean, cleanJson } from '../text/clean.ts';

const switchCommand = (
  on: boolean,
  texts: Pick<CliCommand, 'name' | 'example' | 'summary' | 'details'>,
  done: string,
): CliCommand => ({
  ...texts,
  options: [jsonOption(), ...targetOptions()],
  run: async (world, _, options) => {
    const target = await findTarget(world, options);
    const { switchMapping } = await import('../target/mapping.ts');
    await switchMapping(world, await target.parts(), on);
    const state = on ? 'Enabled' : 'Disabled';
    world.out(flagIn(options, 'json') ? cleanJson({ state }) : `${done} (${clean(target.name)})`);
    return EXIT.done;
  },
});

/** Stops the control loop from taking messages. */
export const pauseCommand = switchCommand(
  false,
  {
    name: 'pause',
    example: 'pause --stack job-fanin-prod',
    summary: 'take no more messages from the queue; requests are accepted all the same',
    details:
      'Deadlines go on while it is paused. It ends what is under way first. The embedded stack is no longer paused after a new start.',
  },
  'Paused: accepted intents wait on the queue.',
);

/** Lets it take messages again. */
export const resumeCommand = switchCommand(
  true,
  {
    name: 'resume',
    example: 'resume --stack job-fanin-prod',
    summary: 'take messages from the queue again',
  },
  'Resumed: the queue is worked on.',
);

import { CommandError, EXIT } from './exit.ts';
import type { World } from './world.ts';

/** More jobs than this are asked about first. */
export const MOST_UNASKED = 50;

/** Asks before something large. Throws unless the answer is yes. Without a terminal there is no answer. */
export const confirmed = async ({ confirm }: World, question: string): Promise<void> => {
  if (confirm === undefined)
    throw new CommandError(EXIT.unconfirmed, `not confirmed: ${question}`, {
      where: 'there is no terminal to ask on',
      remedy: 'run it again with --yes if that is what you want',
    });
  if (await confirm(question)) return;
  throw new CommandError(EXIT.unconfirmed, 'not confirmed: nothing was changed');
};

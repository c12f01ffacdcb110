import { newIntentId } from '../../shared/edge/intent-id.ts';
import { sentence } from '../../shared/json/fault.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { goodRequest, readRequest } from '../input/read-request.ts';
import { submit } from '../submit.ts';
import type { Letters } from '../target/letters.ts';
import type { Target } from '../target/target.ts';
import type { World } from '../world.ts';
import type { Choice } from './choose-jobs.ts';
import type { Wish } from './letter.ts';
import type { Planned } from './replay-plan.ts';

/** The native request for the chosen jobs. It has no deadline of its own, and no sequence. */
const bodyOf = (
  { operation, project_id, options, correlation_id, after }: Wish,
  choice: Choice,
) => ({
  operation,
  project_id,
  options,
  jobs: choice.jobs,
  ...(correlation_id !== undefined && { correlation_id }),
  ...(after !== undefined && { after }),
});

/** Why the service would not take the new intent: it names a stop of long ago, for example. Undefined if it would. */
export const faultOf = (wish: Wish, choice: Choice, now: number): string | undefined => {
  if (choice.jobs.length === 0) return undefined;
  const read = readRequest(bodyOf(wish, choice), newIntentId(), now);
  return read.ok ? undefined : sentence(read.faults);
};

/** What became of a letter. */
export interface Sent {
  readonly replayed: string;
  readonly intent_id: string;
  readonly moved_back: boolean;
}

/**
 * Hands the chosen jobs in as a new intent, and then puts the message away. Laws: the key is the message's, so a repeat sends
 * nothing twice. A message goes only when every result of its own is told, or will be by the control loop that gets it back.
 */
export const sendLetter = async (
  world: World,
  { target, letters }: { readonly target: Target; readonly letters: Letters },
  { letter: { message, wish }, choice }: Planned,
): Promise<Sent> => {
  if (wish === undefined || choice === undefined) throw new Error('the letter has no wish');
  const ids = choice.jobs.map(jobIdOf);
  const request = goodRequest(bodyOf(wish, choice), ids, newIntentId(), world.now());
  const { intent_id } = await submit(world, target, request, { key: `replay-${message.id}` });
  const moved_back = message.queue === 'dead-letters' && choice.isOpen;
  if (moved_back) await letters.moveBack(message, wish.project_id);
  await letters.remove(message);
  return { replayed: message.id, intent_id, moved_back };
};

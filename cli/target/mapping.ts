import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CommandError, EXIT } from '../exit.ts';
import type { World } from '../world.ts';
import type { Parts } from './parts.ts';

const PAUSE_MS = 1_000;

/** AWS takes up to a minute or two to switch a mapping. */
const PATIENCE_MS = 180_000;

/** The state of the event source mapping in Lambda's words. Needs `lambda:GetEventSourceMapping`. */
export const mappingState = async (parts: Parts): Promise<string> => {
  const lambda = new LambdaClient(parts.config('lambda'));
  try {
    const UUID = parts.output('EventSourceMappingId');
    return (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State ?? 'unknown';
  } finally {
    lambda.destroy();
  }
};

/** Switches the mapping, and waits until it is in that state. Needs `lambda:UpdateEventSourceMapping` too. */
export const switchMapping = async (world: World, parts: Parts, on: boolean): Promise<void> => {
  const lambda = new LambdaClient(parts.config('lambda'));
  try {
    const UUID = parts.output('EventSourceMappingId');
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: on }));
  } finally {
    lambda.destroy();
  }
  const wanted = on ? 'Enabled' : 'Disabled';
  const since = world.now();
  let isTold = false;
  for (;;) {
    const state = await mappingState(parts);
    if (state === wanted) return;
    if (!isTold) world.say(`${state}: what is under way ends first`);
    isTold = true;
    if (world.now() - since > PATIENCE_MS)
      throw new CommandError(EXIT.unanswered, `the event source mapping is still ${state}`, {
        remedy: 'run job-fanin doctor after a while: the switch was taken',
      });
    await sleep(PAUSE_MS, undefined, { signal: world.signal });
  }
};

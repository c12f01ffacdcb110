import type { Received } from '../../shared/control/received.ts';
import type { startControlRoom } from './control-room.ts';

/** A clock that a test moves, in milliseconds since 1970. */
export interface Clock {
  at: number;
}

/**
 * Gives a message again and again, each time when it asked to come back, as the queue does; resolves to the waits
 * between, in seconds, once it is done with.
 */
export const redeliver = async (
  { run, postponed }: Pick<ReturnType<typeof startControlRoom>, 'run' | 'postponed'>,
  clock: Clock,
  give: (receives: number) => Received,
  most = 1_000,
): Promise<readonly number[]> => {
  const waits: number[] = [];
  for (let receives = 1; receives <= most; receives++) {
    const message = give(receives);
    if ((await run([message])).length === 0) return waits;
    const wait = postponed.get(message.messageId);
    if (wait === undefined) throw new Error('a message stayed that was not postponed');
    waits.push(wait);
    clock.at += wait * 1_000;
  }
  throw new Error(`a message was given ${most} times and stayed`);
};

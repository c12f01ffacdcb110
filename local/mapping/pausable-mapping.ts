import { randomUUID } from 'node:crypto';
import type { EventSourceMapping } from './event-source-mapping.ts';

/** In Lambda's words. `Disabling`: the last poll ends, which takes as long as a long poll at most, and what it brings is worked on. */
export type MappingState = 'Enabled' | 'Disabling' | 'Disabled';

/** A mapping that can be switched off and on, as Lambda's `UpdateEventSourceMapping` does it. */
export interface PausableMapping extends Omit<EventSourceMapping, 'pause'> {
  readonly id: string;
  readonly state: () => MappingState;
  /** Switches it, and does not wait for the invocations under way. */
  readonly enable: (isEnabled: boolean) => void;
}

/**
 * Starts a mapping that can be paused. Law: at most one mapping polls at a time, however often it is switched. A paused one
 * is in no trouble: its messages wait on the queue.
 */
export const startPausableMapping = (start: () => EventSourceMapping): PausableMapping => {
  let running: EventSourceMapping | undefined = start();
  let pausing: Promise<void> | undefined;
  let isWanted = true;

  const settle = (): void => {
    if (pausing !== undefined) return;
    if (isWanted) running ??= start();
    else if (running !== undefined)
      pausing = running.pause().finally(() => {
        running = undefined;
        pausing = undefined;
        settle();
      });
  };
  const state = (): MappingState => {
    if (running === undefined) return 'Disabled';
    return isWanted && pausing === undefined ? 'Enabled' : 'Disabling';
  };
  return {
    id: randomUUID(),
    state,
    enable: (isEnabled) => {
      isWanted = isEnabled;
      settle();
    },
    gathering: () => running?.gathering() ?? { messages: 0, closesAt: undefined },
    trouble: () => (state() === 'Enabled' ? running?.trouble() : undefined),
    stop: async () => {
      isWanted = false;
      await running?.stop();
      while (pausing !== undefined) await pausing;
    },
  };
};

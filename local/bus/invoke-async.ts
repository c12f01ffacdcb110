import { setTimeout as sleep } from 'node:timers/promises';
import type { BusEvent } from './put-events.ts';

export interface AsyncInvocationOptions {
  /** How long to wait before each further attempt; Lambda makes two, after one and two minutes. */
  readonly retryDelaysMs: readonly number[];
  /** The function's failure destination: called once, after the last attempt, with that attempt's error. */
  readonly onFailure: (event: BusEvent, error: unknown) => void;
}

export type Target = (event: BusEvent) => Promise<unknown>;

export interface AsyncInvocations {
  readonly invoke: (target: Target, event: BusEvent) => void;
  /** Resolves when no invocation is under way. Attempts that wait for their turn are made at once. */
  readonly drain: () => Promise<void>;
}

/**
 * Invokes functions the way EventBridge has Lambda do it: later, each attempt with a copy of the event of its own,
 * again when it fails, and never twice at a time for one event.
 */
export const makeAsyncInvocations = ({
  retryDelaysMs,
  onFailure,
}: AsyncInvocationOptions): AsyncInvocations => {
  const underWay = new Set<Promise<void>>();
  const draining = new AbortController();

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: draining.signal }).catch(() => undefined);

  const run = async (target: Target, event: BusEvent): Promise<void> => {
    let error: unknown;
    for (const delay of [0, ...retryDelaysMs]) {
      await pause(delay);
      try {
        await target(structuredClone(event));
        return;
      } catch (cause) {
        error = cause;
      }
    }
    onFailure(event, error);
  };

  return {
    invoke: (target, event) => {
      const running = run(target, event).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    drain: async () => {
      draining.abort();
      await Promise.all(underWay);
    },
  };
};

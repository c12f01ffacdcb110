import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onTestFinished, vi } from 'vitest';

/**
 * Takes the clock out of `AbortSignal.timeout` for one test: time is up when the test says so, so that a request has come as
 * far as the test wants it to, however slow the machine.
 */
export const holdTimeouts = () => {
  const asked: number[] = [];
  const held = new Set<AbortController>();
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    asked.push(ms);
    held.add(controller);
    return controller.signal;
  });
  onTestFinished(() => timeout.mockRestore());
  return {
    /** How long each was asked to be, in milliseconds. */
    asked,
    timeIsUp: () => {
      for (const controller of held)
        controller.abort(
          new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
        );
      held.clear();
    },
  };
};

/** Resolves when a client of undici's has read the head of the next reply. */
export const headRead = (): Promise<void> =>
  new Promise((resolve) => {
    const channel = 'undici:request:headers';
    const read = (): void => {
      unsubscribe(channel, read);
      resolve();
    };
    subscribe(channel, read);
  });

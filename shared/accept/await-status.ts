import type { IntentId } from '../intent/intent.ts';
import type { ReadStatus } from './read-status.ts';

export interface AwaitEdges {
  readonly readStatus: (told: IntentId, caller: string) => Promise<ReadStatus>;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** The first pauses are short, for the embedded stack. A batch on AWS takes some seconds to begin. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1_000;

/** What the last read takes at most, and the answer after it. */
const SPARE_MS = 4_000;

/**
 * Reads the status of an intent again and again, until it is settled or the time is over. Resolves to what was read last.
 * `endAt`: in milliseconds since 1970. `remainingMs`: until the function's timeout, which may come closer.
 */
export const awaitStatus = async (
  { readStatus, now, pause }: AwaitEdges,
  [told, caller]: readonly [told: IntentId, caller: string],
  endAt: number,
  remainingMs: () => number,
): Promise<ReadStatus> => {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const read = await readStatus(told, caller);
    const isOver =
      read.kind === 'not theirs' || (read.kind === 'told' && read.status.status === 'settled');
    const leftMs = Math.min(endAt - now(), remainingMs() - SPARE_MS);
    if (isOver || leftMs <= 0) return read;
    await pause(Math.min(pauseMs, leftMs));
  }
};

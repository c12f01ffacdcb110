import type { Outage } from './receive-messages.ts';

/** A failure that lasts longer is reported. */
const HICCUP_MS = 5_000;

/** How much longer than its long poll a receive may take. */
const LATE_MS = 10_000;

const seconds = (ms: number): number => Math.round(ms / 1_000);

export interface PollWatch {
  /** A poll begins; `isFirst` if there was none under way. */
  readonly began: (isFirst: boolean) => void;
  readonly ended: () => void;
  /** Why no messages are fetched; undefined if they are. */
  readonly trouble: (underWay: number) => string | undefined;
}

/** The heartbeat of polling: reports a failure that lasts, and polls that never end. */
export const watchPolls = (
  longPollSeconds: number,
  outage: () => Outage | undefined,
  now: () => number = () => performance.now(),
): PollWatch => {
  let beatAt = now();
  const beat = (): void => {
    beatAt = now();
  };
  return {
    began: (isFirst) => {
      if (isFirst) beat();
    },
    ended: beat,
    trouble: (underWay) => {
      const failing = outage();
      const failingMs = failing === undefined ? 0 : now() - failing.since;
      if (failingMs > HICCUP_MS)
        return `the queue cannot be polled for ${seconds(failingMs)} s: ${failing?.reason}`;
      const silentMs = underWay === 0 ? 0 : now() - beatAt;
      return silentMs > longPollSeconds * 1_000 + LATE_MS
        ? `no poll has ended for ${seconds(silentMs)} s`
        : undefined;
    },
  };
};

import { isOfList } from './circuit-breaker.ts';
import type { SharedBreaker } from './shared-breaker.ts';

/** How the circuit breakers stand that an invocation has loaded. */
export interface Standing {
  /** How many are open or half-open. */
  readonly open: number;
  /** For how long the longest of them has not been closed. */
  readonly openSeconds: number;
  /** Until the last of them may be probed. */
  readonly waitSeconds: number;
}

/** By their keys. A breaker of a list of jobs does not count: nothing waits for it. */
export const standingOf = (breakers: ReadonlyMap<string, SharedBreaker>): Standing => {
  const all = Array.from(breakers).flatMap(([key, breaker]) => (isOfList(key) ? [] : [breaker]));
  const open = all.map((breaker) => breaker.openSeconds()).filter((one) => one !== undefined);
  return {
    open: open.length,
    openSeconds: Math.max(0, ...open),
    waitSeconds: Math.max(0, ...all.map((breaker) => breaker.waitSeconds())),
  };
};

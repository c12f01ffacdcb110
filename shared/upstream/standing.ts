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

export const standingOf = (breakers: Iterable<SharedBreaker>): Standing => {
  const all = [...breakers];
  const open = all.map((breaker) => breaker.openSeconds()).filter((one) => one !== undefined);
  return {
    open: open.length,
    openSeconds: Math.max(0, ...open),
    waitSeconds: Math.max(0, ...all.map((breaker) => breaker.waitSeconds())),
  };
};

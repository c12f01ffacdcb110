import type { ProjectId } from '../operations/operation.ts';
import type { Deadline } from '../upstream/send.ts';

export interface BudgetOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds until the function's timeout. */
  readonly remainingMs: () => number;
  /** With less time left no request begins. */
  readonly msPerCall: number;
  /** For how many milliseconds the invocation begins requests. */
  readonly callsForMs: number;
}

/** The time that a project's next request has. Call it once for each request, in the order in which they line up. */
export type DeadlineFor = (project: ProjectId) => Deadline;

/**
 * The time that one invocation has for requests, so that a slow project does not hold up the others' messages for long.
 * Laws: no request begins after `callsForMs`. Each project's first may begin later by `msPerCall`: it may have waited for
 * others by the same credential. The very first may always begin, so that each invocation makes progress.
 */
export const makeBudget = ({ now, remainingMs, msPerCall, callsForMs }: BudgetOptions) => {
  const startedAt = now();
  const over = new AbortController();
  const within = (forMs: number, least: number): DeadlineFor => {
    const begun = new Set<ProjectId>();
    return (project) => {
      const most = begun.size === 0 ? Number.POSITIVE_INFINITY : msPerCall;
      const more = begun.has(project) ? 0 : most;
      begun.add(project);
      const last = startedAt + forMs + more - 1;
      return {
        beginBy: () => Math.min(last, now() + remainingMs() - least),
        signal: over.signal,
      };
    };
  };
  return {
    calls: within(callsForMs, msPerCall),
    /** At most half of the time, so that enough is left to act on what the looks show. */
    looksBefore: within(callsForMs / 2, (remainingMs() + msPerCall) / 2),
    looksAfter: within(callsForMs, msPerCall),
    /** Ends the invocation: requests that are still under way, as after an error of our own, are abandoned. */
    end: () => over.abort(),
  };
};

export type Budget = ReturnType<typeof makeBudget>;

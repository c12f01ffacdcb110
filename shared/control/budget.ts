import type { ProjectId } from '../operations/operation.ts';
import type { Deadline } from '../upstream/send.ts';

export interface BudgetOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds until the function's timeout. */
  readonly remainingMs: () => number;
  /** With less time left nothing is begun. */
  readonly msPerCall: number;
  /** For how many milliseconds the invocation begins requests. */
  readonly callsForMs: number;
}

/** The time that a project's next request has. To be called once for each request, in the order in which they line up. */
export type DeadlineFor = (project: ProjectId) => Deadline;

/**
 * The time that one invocation has for requests, so that a project that answers slowly does not keep it from the others'
 * messages. Law: none is begun after `callsForMs`, but for each project's first, which may have had to wait for others by
 * the same credential: that may be begun for `msPerCall` longer. The very first may always: each invocation gets on.
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
      return { beginBy: Math.min(last, now() + remainingMs() - least), signal: over.signal };
    };
  };
  return {
    calls: within(callsForMs, msPerCall),
    /** Half of the time at the most: if looks took it all, what they show would never be acted on. */
    looksBefore: within(callsForMs / 2, (remainingMs() + msPerCall) / 2),
    looksAfter: within(callsForMs, msPerCall),
    /** The invocation is over: abandons the requests that are still under way, as after an error of our own. */
    end: () => over.abort(),
  };
};

export type Budget = ReturnType<typeof makeBudget>;

import type { ProjectId, UpstreamRequest } from '../operations/operation.ts';
import type { Reply } from '../reply/reply.ts';

/** The time that a request has. */
export interface Deadline {
  /**
   * Milliseconds since 1970. After it the request does not begin any more. To be asked when the request has its turn: if
   * the process is told to stop, it comes sooner.
   */
  readonly beginBy: () => number;
  /** Aborted when the invocation is over. A request that is under way by then is abandoned. */
  readonly signal: AbortSignal;
}

export const isInTime = ({ beginBy, signal }: Deadline, at: number): boolean =>
  at <= beginBy() && !signal.aborted;

/** What is checked when a request has its turn, however long it had to wait for that. */
export interface Turn extends Deadline {
  /** Whether a circuit breaker of the request has opened since. */
  readonly isBreakerOpen: () => boolean;
}

/** That there is no time to begin a request. */
export const NO_TIME = 'no time is left to begin';

/** That a circuit breaker opened while a request waited for its turn. */
export const BREAKER_OPENED = 'a circuit breaker has opened';

/** Why a request may not begin at this time. Undefined: it may. */
export const hindrance = (turn: Turn, at: number): string | undefined => {
  if (turn.isBreakerOpen()) return BREAKER_OPENED;
  return isInTime(turn, at) ? undefined : NO_TIME;
};

/**
 * Sends one request. Law: it never throws for what the outside does. Silence is a reply too, and so is a request that does
 * not go out: its time was over when it had its turn, a breaker had opened, or `ready` found nothing left to send.
 */
export type Send = (request: UpstreamRequest, turn: Turn) => Promise<Reply>;

/**
 * The credential by which requests for a project are sent. `key` is its fingerprint, and tells nothing of it. `none`: the
 * project has no credential. `out of reach`: that is not known now.
 */
export type Identity =
  | { readonly kind: 'known'; readonly key: string }
  | { readonly kind: 'none' | 'out of reach' };

export type Identify = (project: ProjectId) => Promise<Identity>;

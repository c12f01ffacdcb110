import type { Denial } from './denial.ts';
import type { Trouble } from './trouble.ts';
import type { Served } from './verdict.ts';

/** What a reply says of all requests and jobs, as against the verdicts on each job that `decode` finds in it. */
export interface Says {
  /**
   * Why it refuses every request, whatever the jobs. Undefined if it does not, or if its rows disagree: then some jobs
   * were served.
   */
  readonly trouble?: Trouble;
  /** What a reply with a trouble looked like: a short line without a secret. */
  readonly reason?: string;
  /** Seconds after which the upstream wants to be asked again. */
  readonly retryAfter?: number;
  /** The trouble is about the path that was asked for, and tells nothing of other paths. */
  readonly isOfRoute: boolean;
  /** The credential itself is refused, and not only what it may do. */
  readonly isBadSignature: boolean;
  /** The reply shows that the service works: it served a job, or refused a job in its own words. */
  readonly showsService: boolean;
  /** The reply says one thing, of all jobs. A list of rows may leave out jobs that were served. */
  readonly isOfAll: boolean;
  /** A refusal of the whole call before anything was done, for which one job may be the reason. */
  readonly denial?: Denial;
  /** The reply is not the service's own. Then there is no verdict on any job. */
  readonly intermediary?: Intermediary;
}

/**
 * A reply that is neither the service's nor its gateway's: of a proxy, a firewall, a maintenance page, or another server
 * at a wrong endpoint.
 */
export interface Intermediary {
  /** Whether the request may have been served all the same. */
  readonly served: Served;
  readonly reason: string;
}

/** Whether the same request may be sent again by another credential: this one was refused, and nothing was done. */
export const isAuthRefusal = ({ trouble, isOfAll }: Says): boolean => trouble === 'auth' && isOfAll;

import type { Attempt } from './attempt.ts';

/**
 * How a request went. `through`: all its jobs were served. `suspect`: it was refused as a whole, maybe for one job's fault.
 * `denied`: it was refused for want of a right, to one job or to all. Undefined: anything else.
 */
export type Passage = 'through' | 'suspect' | 'denied' | undefined;

/** A call that was sent, or had no time. */
export interface SentCall {
  readonly passage: Passage;
  /** Whether not all of its jobs were served. */
  readonly isBad: boolean;
  /** Whether it was refused, maybe for the fault of one of its jobs. */
  readonly isRefused: boolean;
  /** Undefined: nothing was sent. */
  readonly attempt: Attempt | undefined;
}

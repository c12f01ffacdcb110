import type { Attempt } from './attempt.ts';
import type { Carrier } from './planned.ts';

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

/** One request of a call that is carried out in as many as it takes. */
export interface Piece {
  readonly carriers: readonly Carrier[];
  /** Requests that its jobs were in, this one included. */
  readonly attempts: number;
  /** Among so many jobs is the reason of the last refusal. Undefined: there is no such suspicion. */
  readonly suspects: number | undefined;
  /** Whether its jobs were in no request before. */
  readonly isFresh: boolean;
  /** Whether one of its jobs is the reason, should it be refused as the call was. */
  readonly isToBlame: boolean;
}

import type { Ledger } from '../core/ledger.ts';
import type { Identify, Operation } from '../core/operation.ts';
import type { Result } from '../core/result.ts';
import type { CallEdges } from './carry-out.ts';
import type { Received } from './part.ts';

/** What the loop does to the world. None of these throws for what the outside does: trouble is a value. */
export interface ControlEdges<Message extends Received> extends CallEdges {
  readonly ledger: Ledger;
  readonly identify: Identify;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
  /** Moves a message to the dead-letter queue; false if that failed. */
  readonly bury: (message: Message, reason: string) => Promise<boolean>;
  /** Makes messages come back after so many seconds. */
  readonly postpone: (messages: readonly (readonly [Message, seconds: number])[]) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface ControlLimits {
  readonly maxJobsPerCall: (operation: Operation) => number;
  /** Requests under way at once for one project. */
  readonly callConcurrency: number;
  /** What a call may take and recording and publishing its results needs: with less time left none is begun. */
  readonly msPerCall: number;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  /** How long a run waits for the stop that comes before it. */
  readonly restartDelaySeconds: number;
  /** How often the queue gives a message before it moves it to the dead-letter queue itself. */
  readonly maxReceives: number;
  /** The jobs of one record in the ledger, if other than usual. */
  readonly blockJobs?: number | undefined;
  /** How long the ledger keeps a record after its last change. */
  readonly keepSeconds: number;
}

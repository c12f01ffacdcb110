import type { Result } from '../intent/result.ts';
import type { Measure } from '../json/metric.ts';
import type { SettleMs } from '../ledger/decide-call.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Operation } from '../operations/operation.ts';
import type { Identify, Send } from '../upstream/send.ts';
import type { CallEdges } from './attempt.ts';
import type { Received } from './received.ts';

/** What the steps of an invocation do to the world. None of these throws for what the outside does: trouble is a value. */
export interface RunEdges extends Omit<CallEdges, 'send'> {
  readonly ledger: Ledger;
  /** Sends one request, whatever its route. */
  readonly send: Send;
  readonly identify: Identify;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
  /** Counts what a batch does. Undefined: nothing is counted. */
  readonly measure?: Measure | undefined;
}

/** What the loop does to the world, with its messages. */
export interface ControlEdges<Message extends Received> extends RunEdges {
  /** Moves a message to the dead-letter queue. False if that failed. */
  readonly deadLetter: (message: Message, reason: string) => Promise<boolean>;
  /** Takes messages off the queue at once. Lambda does it only when the function returns. One that stays on is done all the same. */
  readonly remove: (messages: readonly Message[]) => Promise<void>;
  /** Makes messages come back after so many seconds. */
  readonly postpone: (
    messages: readonly (readonly [Message, seconds: number])[],
  ) => Promise<unknown>;
}

export interface ControlLimits {
  readonly maxJobsPerCall: (operation: Operation) => number;
  /** At most so many requests are under way at once for one project. */
  readonly callConcurrency: number;
  /** From so many jobs on they are looked for in the service's list, if not the usual number. */
  readonly leastListed?: number | undefined;
  /** What a call takes at most, with recording and publishing its results. With less time left no call begins. */
  readonly msPerCall: number;
  /** For so many milliseconds one invocation begins calls and looks. What is left then comes back soon. */
  readonly callsForMs: number;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  /** How late effects and statuses may be after a request has ended, in milliseconds. */
  readonly settleMs: SettleMs;
  /** Whether records tell when a request ended. Not while a release runs beside this one that does not read it. */
  readonly recordsEnds: boolean;
  /** How often a run looks at most whether the stop before it is over. */
  readonly restartDelaySeconds: number;
  /** So often the queue gives a message before it moves it to the dead-letter queue itself. */
  readonly maxReceives: number;
  /** How many jobs one record of the ledger holds, if not the usual number. */
  readonly blockJobs?: number | undefined;
  /** For so many seconds the ledger keeps a record after its last change. */
  readonly keepSeconds: number;
}

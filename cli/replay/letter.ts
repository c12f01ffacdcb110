import type { Age } from '../../shared/intent/age.ts';
import type { Intent } from '../../shared/intent/intent.ts';
import type { OperationName, ProjectId, RequestedJobs } from '../../shared/operations/operation.ts';

/** Where a message lies that was given up. */
export type LetterQueue = 'dead-letters' | 'failed-events';

/** What a message asked for. */
export interface Wish extends RequestedJobs {
  readonly operation: OperationName;
  readonly project_id: ProjectId;
  readonly correlation_id?: string | undefined;
  readonly after?: string | undefined;
  /** The intent, if it was accepted. An event that was refused never became one. */
  readonly intent?: Intent | undefined;
  /** The age that the ledger has for the intent, if that is not its id. */
  readonly age?: Age | undefined;
  /** Equal for each delivery of one event that was refused. Undefined if it has no id. */
  readonly event?: string | undefined;
  /** How old the wish is, in milliseconds since 1970. */
  readonly at: number;
}

/** A message that was given up, as it lies there. */
export interface Message {
  readonly queue: LetterQueue;
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** Why it lies there, as far as it tells. */
  readonly reason: string | undefined;
}

/** A message that was read: its wish, or why it has none. */
export interface Letter {
  readonly message: Message;
  readonly wish: Wish | undefined;
  readonly fault: string | undefined;
}

import type { Age } from '../intent/age.ts';
import type { NotedRequest } from '../ledger/block-record.ts';
import type { CallDecision } from '../ledger/decide-call.ts';
import type { Sender, StopBefore } from '../ledger/job-record.ts';
import type { Operation, ProjectId } from '../operations/operation.ts';
import type { Carrier } from './planned.ts';

/** One job that an intent wants called, and what the ledger tells of it. */
export interface Candidate {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly carrier: Carrier;
  /** The age of the newest intent that wants it. */
  readonly age?: Age | undefined;
  readonly key: string;
  /** The version of its record that the decision rests on. */
  readonly seen: string | undefined;
  /** The last call for it went out no earlier, in milliseconds since 1970. Undefined: none ever did. */
  readonly claimedAt: number | undefined;
  /** The senders whose own order the record knows. */
  readonly senders?: readonly Sender[] | undefined;
  /** A stop that a run of it has yet to wait for. */
  readonly stopBefore?: StopBefore | undefined;
  /** A look counts from then on, in milliseconds since 1970. Statuses before may not show the last request. */
  readonly clearFrom: number;
  /** Until then the last request may take effect, whatever a look shows. Milliseconds since 1970. */
  readonly mayEndAt: number;
}

/** A candidate, and what the ledger says about it. */
export interface DecidedByLedger extends Candidate {
  readonly byLedger: CallDecision;
  /** The last request for it, if that was in vain. */
  readonly lastRequest: NotedRequest | undefined;
}

/** What is to become of a job, by the ledger and a look. */
export type LookDecision = 'go' | 'observed' | 'wait' | 'not stopped';

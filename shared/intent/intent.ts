import { OPERATIONS } from '../operations/index.ts';
import type {
  GroupOptions,
  Job,
  Operation,
  OperationName,
  ProjectId,
} from '../operations/operation.ts';

declare const brand: unique symbol;

/** A UUID of version 7. As text, ids sort by their time of acceptance. */
export type IntentId = string & { readonly [brand]: 'IntentId' };

const DIGITS_OF_TIME = 12;

/** When an intent was accepted, in milliseconds since 1970: the first 48 bits of a UUID of version 7 (RFC 9562 §5.7). */
export const timeOf = (id: IntentId): number =>
  Number.parseInt(id.replace('-', '').slice(0, DIGITS_OF_TIME), 16);

/** The version that we write. A message of a higher one stays queued until a release comes that knows it. */
export const MESSAGE_VERSION = 1;

/**
 * What a caller wishes: one operation on one or more jobs of one project. Queue messages have this form, and field names
 * are the same in result events. Times are ISO 8601 in UTC, so that they compare as text.
 */
export interface Intent {
  readonly v: typeof MESSAGE_VERSION;
  readonly intent_id: IntentId;
  readonly operation: OperationName;
  readonly project_id: ProjectId;
  readonly options: GroupOptions;
  readonly jobs: readonly Job[];
  readonly caller: string;
  readonly accepted_at: string;
  readonly expires_at?: string;
  readonly correlation_id?: string;
  /** W3C Trace Context: the trace of the caller, or of the message to the queue if that was recorded. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** The stop that this run follows. A job is run only once this stop, or a newer one, is known for it. */
  readonly after?: IntentId;
  /** The same stop, by its event id or its correlation id. */
  readonly after_name?: string;
  /** The caller's own order: of its intents for one job, the one with the lower sequence is older. */
  readonly sequence?: string;
  /** The id of the event that carried the intent. */
  readonly event_id?: string;
  /** Equal for each delivery of one event, and for nothing else. The ledger keeps the first delivery under this key. */
  readonly key?: string;
  /** The place of the message's first job in the intent. Messages of earlier releases have none. */
  readonly first?: number;
  /** The jobs of the whole intent, of which this message may hold a part. Messages of releases before 0.2 do not tell. */
  readonly job_count?: number;
}

/** The row of an intent's operation. */
export const operationOf = (intent: Pick<Intent, 'operation'>): Operation =>
  OPERATIONS[intent.operation];

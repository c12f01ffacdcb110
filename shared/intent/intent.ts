import * as v from 'valibot';
import { pack } from '../batching/pack.ts';
import { faultsOf, sentence } from '../json/fault.ts';
import { isObject } from '../json/json.ts';
import { isOperationName, OPERATIONS, operations } from '../operations/index.ts';
import {
  type GroupOptions,
  isProjectId,
  type Job,
  type Operation,
  type OperationName,
  PROJECT_ID_RULE,
  type ProjectId,
} from '../operations/operation.ts';
import { messageLooksLike } from './envelope.ts';
import { isSequence } from './sequence.ts';

declare const brand: unique symbol;

/** A UUID of version 7: sorts as text by the time of acceptance. */
export type IntentId = string & { readonly [brand]: 'IntentId' };

const DIGITS_OF_TIME = 12;

/** When an intent was accepted, in milliseconds since 1970: the first 48 bits of a UUID of version 7 (RFC 9562 §5.7). */
export const timeOf = (id: IntentId): number =>
  Number.parseInt(id.replace('-', '').slice(0, DIGITS_OF_TIME), 16);

/** The version of the message that is written here. Another version is unreadable, and kept (promise P8). */
export const MESSAGE_VERSION = 1;

/**
 * A caller's wish, as it lies on the queue: one operation on one or more jobs of one project. Field names are the
 * wire's, here and in the result event. Times are ISO 8601 in UTC, so they compare as text.
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
  readonly traceparent?: string;
  /** The stop that it is to follow: not called for a job before that, or a newer one, is known for it. */
  readonly after?: IntentId;
  /** The same by its event's id or its correlation id. */
  readonly after_name?: string;
  /** Its sender's own order: of the same caller's wishes for a job the one of the lower sequence is the older. */
  readonly sequence?: string;
  /** The event that brought it. */
  readonly event_id?: string;
  /** The same for each delivery of an event, and for no other wish: what lies under it in the ledger is the intent. */
  readonly key?: string;
  /** The place in the intent of the first job of this message. Without it the message is no whole number of blocks. */
  readonly first?: number;
}

export type ReadMessage =
  | { readonly ok: true; readonly intent: Intent }
  | { readonly ok: false; readonly reason: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && instant.test(value) && !Number.isNaN(Date.parse(value));
const isText = (value: unknown): value is string => typeof value === 'string';
const isKey = (value: unknown): value is string => isText(value) && /^[0-9a-f]{32}$/.test(value);
const isPlace = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isIntentId = (value: unknown): value is IntentId => isText(value) && uuid.test(value);

/** Custom checks and not pipes of actions: a batch brings a hundred thousand ids, and this is its inner loop. */
const messageSchema = ({ jobId, options, jobOptions }: Operation) => {
  const withOptions = v.strictObject({
    job_id: v.custom<string>((id) => isText(id) && jobId.is(id)),
    ...jobOptions,
  });
  const known = v.strictObject(options);
  /** A job has one spelling: without options it is its bare id. */
  const isJob = (job: unknown): job is Job =>
    isText(job) ? jobId.is(job) : v.is(withOptions, job) && Object.keys(job as object).length > 1;
  return v.object({
    v: v.literal(MESSAGE_VERSION),
    intent_id: v.custom<IntentId>(isIntentId, 'must be a UUID'),
    operation: v.custom<OperationName>(isOperationName),
    project_id: v.custom<ProjectId>(isProjectId, PROJECT_ID_RULE),
    options: v.custom<GroupOptions>(
      (given) => isObject(given) && v.is(known, given),
      'must be options of the operation',
    ),
    jobs: v.custom<readonly Job[]>(
      (jobs) => Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob),
      `must be a list of jobs, each of which ${jobId.detail}`,
    ),
    caller: v.custom<string>(isText, 'must be a string'),
    accepted_at: v.custom<string>(isTime, 'must be an instant in UTC'),
    expires_at: v.exactOptional(v.custom<string>(isTime, 'must be an instant in UTC')),
    correlation_id: v.exactOptional(v.string('must be a string')),
    traceparent: v.exactOptional(v.string('must be a string')),
    after: v.exactOptional(v.custom<IntentId>(isIntentId, 'must be a UUID')),
    after_name: v.exactOptional(v.string('must be a string')),
    sequence: v.exactOptional(v.custom<string>(isSequence, 'must be a sequence')),
    event_id: v.exactOptional(v.string('must be a string')),
    key: v.exactOptional(v.custom<string>(isKey, 'must be 32 hexadecimal digits')),
    first: v.exactOptional(v.custom<number>(isPlace, 'must be a whole number')),
  });
};

const schemas = new Map(operations.map((row) => [row.name, messageSchema(row)]));

const unreadable = (reason: string): ReadMessage => ({ ok: false, reason });

/** Reads one message of the queue. Never throws; the reason never quotes the message. */
export const readMessage = (text: string): ReadMessage => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return unreadable('the message is no JSON');
  }
  const look = isObject(body) && 'v' in body ? undefined : messageLooksLike(body);
  if (look !== undefined) return unreadable(`the message ${look}`);
  if (!isObject(body)) return unreadable('the message is no JSON object');
  if (body.v !== MESSAGE_VERSION)
    return unreadable(`the message is not of version ${MESSAGE_VERSION}`);
  const schema = isOperationName(body.operation) ? schemas.get(body.operation) : undefined;
  if (schema === undefined) return unreadable('the message names no known operation');
  const read = v.safeParse(schema, body);
  return read.success
    ? { ok: true, intent: read.output as Intent }
    : unreadable(sentence(faultsOf(read.issues)));
};

/** The row of an intent's operation. */
export const operationOf = (intent: Pick<Intent, 'operation'>): Operation =>
  OPERATIONS[intent.operation];

const bytes = (text: string): number => Buffer.byteLength(text);

/** Few enough that what a message needs of the ledger fits one read. */
export const MOST_JOBS_PER_MESSAGE = 500;

/**
 * The jobs of one record in the ledger. An intent's jobs are cut into blocks by their place alone, so that its records are
 * the same however it was cut into messages. It must stay as it is: records of another block size are not found.
 */
export const BLOCK_JOBS = 100;

/** Cuts a list, by place alone; the last block may be shorter. */
export const blocksOf = <T>(jobs: readonly T[], blockJobs: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(jobs.length / blockJobs) }, (_, i) =>
    jobs.slice(i * blockJobs, (i + 1) * blockJobs),
  );

/**
 * Writes an intent as one message, or as several under one intent id where its jobs are too many or do not fit
 * `maxBytes`. Laws: every job is in exactly one of them, and each holds whole blocks, in order.
 */
export const writeMessages = (
  intent: Intent,
  maxBytes: number,
  blockJobs = BLOCK_JOBS,
): readonly Intent[] => {
  const envelope = bytes(JSON.stringify({ ...intent, first: intent.jobs.length, jobs: [] }));
  const packs = pack(
    blocksOf(intent.jobs, blockJobs),
    (block) => block.reduce((sum, job) => sum + bytes(JSON.stringify(job)) + 1, 0),
    {
      maxCount: Math.max(1, Math.floor(MOST_JOBS_PER_MESSAGE / blockJobs)),
      maxBytes: maxBytes - envelope,
    },
  );
  let first = 0;
  return packs.map((blocks) => {
    const message = { ...intent, first, jobs: blocks.flat() };
    first += message.jobs.length;
    return message;
  });
};

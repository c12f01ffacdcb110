import * as v from 'valibot';
import { pack } from '../batching/pack.ts';
import { faultsOf, sentence } from '../json/fault.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { isOperationName, operations } from '../operations/index.ts';
import {
  type GroupOptions,
  isProjectId,
  type Job,
  type Operation,
  type OperationName,
  PROJECT_ID_RULE,
  type ProjectId,
} from '../operations/operation.ts';
import { foreignMessage } from './foreign-payload.ts';
import { type Intent, type IntentId, MESSAGE_VERSION } from './intent.ts';
import { type LaterMessage, laterMessage } from './later-message.ts';
import { isSequence } from './sequence.ts';

export type ReadMessage =
  | { readonly ok: true; readonly intent: Intent }
  | {
      readonly ok: false;
      readonly reason: string;
      /** A later release wrote the message, and can read it. */
      readonly later?: LaterMessage;
    };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && instant.test(value) && !Number.isNaN(Date.parse(value));
const isText = (value: unknown): value is string => typeof value === 'string';
const isKey = (value: unknown): value is string => isText(value) && /^[0-9a-f]{32}$/.test(value);
const isPlace = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isIntentId = (value: unknown): value is IntentId => isText(value) && uuid.test(value);

/** Uses custom checks instead of pipes: a batch holds up to a hundred thousand ids, and this is the inner loop. */
const messageSchema = ({ job, options }: Operation) => {
  const known = v.strictObject(options);
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
      (jobs) => Array.isArray(jobs) && jobs.length > 0 && jobs.every(job.is),
      `must be a list of jobs, each of which ${job.detail}`,
    ),
    caller: v.custom<string>(isText, 'must be a string'),
    accepted_at: v.custom<string>(isTime, 'must be an instant in UTC'),
    expires_at: v.exactOptional(v.custom<string>(isTime, 'must be an instant in UTC')),
    correlation_id: v.exactOptional(v.string('must be a string')),
    traceparent: v.exactOptional(v.string('must be a string')),
    tracestate: v.exactOptional(v.string('must be a string')),
    after: v.exactOptional(v.custom<IntentId>(isIntentId, 'must be a UUID')),
    after_name: v.exactOptional(v.string('must be a string')),
    sequence: v.exactOptional(v.custom<string>(isSequence, 'must be a sequence')),
    event_id: v.exactOptional(v.string('must be a string')),
    key: v.exactOptional(v.custom<string>(isKey, 'must be 32 hexadecimal digits')),
    first: v.exactOptional(v.custom<number>(isPlace, 'must be a whole number')),
    job_count: v.exactOptional(v.custom<number>(isPlace, 'must be a whole number')),
  });
};

const schemas = new Map(operations.map((row) => [row.name, messageSchema(row)]));

const unreadable = (reason: string): ReadMessage => ({ ok: false, reason });

const readBody = (body: JsonObject): ReadMessage => {
  if (body.v !== MESSAGE_VERSION)
    return unreadable(`the message is not of version ${MESSAGE_VERSION}`);
  const schema = isOperationName(body.operation) ? schemas.get(body.operation) : undefined;
  if (schema === undefined) return unreadable('the message names no known operation');
  const read = v.safeParse(schema, body);
  return read.success
    ? { ok: true, intent: read.output as Intent }
    : unreadable(sentence(faultsOf(read.issues)));
};

/** Reads one queue message. Never throws. The reason never quotes the message. */
export const readMessage = (text: string): ReadMessage => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return unreadable('the message is not JSON');
  }
  const foreign = isObject(body) && 'v' in body ? undefined : foreignMessage(body);
  if (foreign !== undefined) return unreadable(`the message ${foreign}`);
  if (!isObject(body)) return unreadable('the message is not a JSON object');
  const reading = readBody(body);
  if (reading.ok) return reading;
  const later = laterMessage(body, MESSAGE_VERSION);
  return later === undefined ? reading : { ...reading, later };
};

const bytes = (text: string): number => Buffer.byteLength(text);

/** Few enough that one ledger read returns all the records of a message. */
export const MOST_JOBS_PER_MESSAGE = 500;

/**
 * Jobs per block, and so per ledger record. Blocks are cut by a job's place in the intent, so that its records stay the
 * same however it is cut into messages. Never change this number: records of another block size are not found.
 */
export const BLOCK_JOBS = 100;

/** Cuts a list into blocks by place. The last block may be shorter. */
export const blocksOf = <T>(jobs: readonly T[], blockJobs: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(jobs.length / blockJobs) }, (_, i) =>
    jobs.slice(i * blockJobs, (i + 1) * blockJobs),
  );

/**
 * Writes an intent as one message, or as several with the same intent id if one would exceed `maxBytes` or
 * {@link MOST_JOBS_PER_MESSAGE}. Laws: each job is in exactly one message, and each message holds whole blocks, in order.
 */
export const writeMessages = (
  intent: Intent,
  maxBytes: number,
  blockJobs = BLOCK_JOBS,
): readonly Intent[] => {
  const job_count = intent.jobs.length;
  const envelope = bytes(JSON.stringify({ ...intent, first: job_count, job_count, jobs: [] }));
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
    const message = { ...intent, first, job_count, jobs: blocks.flat() };
    first += message.jobs.length;
    return message;
  });
};

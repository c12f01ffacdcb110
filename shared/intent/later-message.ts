import { isObject, type JsonObject } from '../json/json.ts';
import { isOperationName, OPERATIONS } from '../operations/index.ts';

/** What every release tells of its messages in the same way: see {@link laterMessage}. */
export interface LaterMessage {
  /** The intent's deadline, in milliseconds since 1970, if it has one. */
  readonly until?: number | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const operationForm = /^[a-z]{1,16}\.[a-z_]{1,32}$/;
const fieldForm = /^[a-z][a-z_]{0,63}$/;

/** Whether an object has fields beside the known ones, each with a name as ours are. */
const hasMore = (value: unknown, known: readonly string[]): boolean => {
  if (!isObject(value)) return false;
  const more = Object.keys(value).filter((name) => !known.includes(name));
  return more.length > 0 && more.every((name) => fieldForm.test(name));
};

const saysMore = ({ operation, options, jobs }: JsonObject): boolean => {
  if (!isOperationName(operation))
    return typeof operation === 'string' && operationForm.test(operation);
  const row = OPERATIONS[operation];
  return (
    hasMore(options, Object.keys(row.options)) ||
    (Array.isArray(jobs) && jobs.some((job) => hasMore(job, ['job_id', ...row.job.options])))
  );
};

/**
 * Recognises a message that a later release of this service wrote, among those that this release cannot read: its version
 * is higher, or its operation, an option or a field of a job is none of ours. Law: every release writes `v`, `intent_id`
 * and `expires_at` in this form. Undefined for any other message.
 */
export const laterMessage = (body: JsonObject, version: number): LaterMessage | undefined => {
  const { v, intent_id, expires_at } = body;
  if (typeof intent_id !== 'string' || !uuid.test(intent_id)) return undefined;
  if (typeof v !== 'number' || !Number.isSafeInteger(v)) return undefined;
  if (v < version || (v === version && !saysMore(body))) return undefined;
  const until =
    typeof expires_at === 'string' && instant.test(expires_at)
      ? Date.parse(expires_at)
      : Number.NaN;
  return Number.isNaN(until) ? {} : { until };
};

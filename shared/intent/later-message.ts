import type { JsonObject } from '../json/json.ts';
import { isOperationName } from '../operations/index.ts';

/** What every release tells of its messages in the same way: see {@link laterMessage}. */
export interface LaterMessage {
  /** The intent's deadline, in milliseconds since 1970, if it has one. */
  readonly until?: number | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const operationForm = /^[a-z]{1,16}\.[a-z_]{1,32}$/;

const isOfLaterOperation = ({ operation }: JsonObject): boolean =>
  typeof operation === 'string' && operationForm.test(operation) && !isOperationName(operation);

/**
 * Recognises a message that a later release of this service wrote, among those that this release cannot read: its version
 * is higher, or its operation is none of ours. Law: every release writes `v`, `intent_id` and `expires_at` in this form.
 * Undefined for any other message.
 */
export const laterMessage = (body: JsonObject, version: number): LaterMessage | undefined => {
  const { v, intent_id, expires_at } = body;
  if (typeof intent_id !== 'string' || !uuid.test(intent_id)) return undefined;
  if (typeof v !== 'number' || !Number.isSafeInteger(v)) return undefined;
  if (v < version || (v === version && !isOfLaterOperation(body))) return undefined;
  const until =
    typeof expires_at === 'string' && instant.test(expires_at)
      ? Date.parse(expires_at)
      : Number.NaN;
  return Number.isNaN(until) ? {} : { until };
};

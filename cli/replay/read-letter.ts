import { timeOf } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import { readNativeRequest } from '../../shared/intent/request.ts';
import { sentence } from '../../shared/json/fault.ts';
import { isObject, type JsonObject, parseJson } from '../../shared/json/json.ts';
import type { Letter, Message, Wish } from './letter.ts';

const unread = (message: Message, fault: string): Letter => ({ message, wish: undefined, fault });

/** A dead letter is a message of the intents queue. */
const readDeadLetter = (message: Message): Letter => {
  const read = readMessage(message.body);
  if (!read.ok) return unread(message, read.reason);
  const { intent } = read;
  const { operation, project_id, options, jobs, correlation_id } = intent;
  const after = intent.after ?? intent.after_name;
  const wish = { operation, project_id, options, jobs, correlation_id, after, intent };
  return { message, wish: { ...wish, at: timeOf(intent.intent_id) }, fault: undefined };
};

/**
 * The event in a failed one. EventBridge and Lambda's dead-letter queue keep the event itself, and say why in attributes. In
 * earlier releases a destination of Lambda put it into `requestPayload`, beside the function's answer.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const eventIn = (
  body: JsonObject,
): { readonly event: JsonObject | undefined; readonly reason: string | undefined } => {
  if (!('requestPayload' in body)) return { event: body, reason: undefined };
  const { requestPayload, responsePayload } = body;
  const said = isObject(responsePayload) ? responsePayload.errorMessage : undefined;
  return {
    event: isObject(requestPayload) ? requestPayload : undefined,
    reason: typeof said === 'string' ? said : undefined,
  };
};

/** An event of a rule has the request as its detail. A direct invocation is the request itself. */
const requestIn = (event: JsonObject): unknown =>
  'detail-type' in event && 'detail' in event ? event.detail : event;

const timeIn = ({ time }: JsonObject, otherwise: number): number => {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? otherwise : at;
};

/** Equal for each delivery of one event. Some senders use an id again for another wish. A direct invocation has no id. */
const eventNameOf = (
  { id, source }: JsonObject,
  {
    operation,
    project_id,
    options,
    after,
  }: Pick<Wish, 'operation' | 'project_id' | 'options' | 'after'>,
): string | undefined =>
  typeof id === 'string'
    ? JSON.stringify([id, String(source), operation, project_id, options, after])
    : undefined;

const readFailedEvent = (message: Message, now: number): Letter => {
  const parsed = parseJson(message.body);
  if (!parsed.ok || !isObject(parsed.value)) return unread(message, 'it is not a JSON object');
  const { event, reason } = eventIn(parsed.value);
  const told = { ...message, reason: message.reason ?? reason };
  if (event === undefined) return unread(told, 'its payload is not a JSON object');
  const request = requestIn(event);
  // A deadline that has passed would refuse it. As a new intent it has a new one.
  const { expires_at: _, sequence: __, ...wanted } = isObject(request) ? request : {};
  const read = readNativeRequest(wanted, new Date(now));
  if (!read.ok) return unread(told, sentence(read.faults));
  const { after, after_name, ...own } = read.request;
  const asked = { ...own, after: after ?? after_name };
  const wish = { ...asked, at: timeIn(event, message.sentAt), event: eventNameOf(event, asked) };
  return { message: told, wish, fault: undefined };
};

/** Reads a message that was given up. Never throws. */
export const readLetter = (message: Message, now: number): Letter =>
  message.queue === 'dead-letters' ? readDeadLetter(message) : readFailedEvent(message, now);

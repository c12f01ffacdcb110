import { isCloudEvent } from '../intent/cloud-event.ts';
import { type Envelope, recognise } from '../intent/foreign-payload.ts';
import { isObject, type JsonObject, parseJson } from '../json/json.ts';

/** The payloads in an envelope, each as an event rule or a direct caller would hand it over. */
export type Opened =
  | { readonly ok: true; readonly payloads: readonly unknown[]; readonly isBatch: boolean }
  | { readonly ok: false; readonly detail: string };

type Open = (payload: unknown) => Opened;

/** Fields for the event that we make of a bare text. Equal fields make a text that comes twice one intent. */
interface EventFields {
  readonly source: string;
  readonly id: unknown;
  readonly time: unknown;
}

const one = (payload: unknown): Opened => ({ ok: true, payloads: [payload], isBatch: false });

const isEvent = (value: unknown): boolean => isObject(value) && 'detail-type' in value;

/** A CloudEvent is read with the intent in it, so it is no envelope. */
const isEnvelope = (value: unknown): boolean =>
  !isCloudEvent(value) && recognise(value) !== undefined;

/**
 * An event or envelope inside the text is opened in turn: its own id and time say more than those around it. Anything
 * else becomes an event with the given fields. Ids stay exact (promise P9).
 */
const openText = (text: unknown, what: string, fields: EventFields, open: Open): Opened => {
  const parsed = parseJson(typeof text === 'string' ? text : '');
  if (!parsed.ok) return { ok: false, detail: `${what} is not JSON: ${parsed.detail}` };
  const { value } = parsed;
  if (isEvent(value) || isEnvelope(value)) return open(value);
  return one({ 'detail-type': 'Job Control Intent', ...fields, detail: value });
};

const openDetail = (event: JsonObject): Opened => {
  const parsed = parseJson(String(event.detail));
  return parsed.ok
    ? one({ ...event, detail: parsed.value })
    : { ok: false, detail: `the detail of the event is not JSON: ${parsed.detail}` };
};

const lastPartOf = (arn: unknown): string =>
  typeof arn === 'string' ? (arn.split(':').at(-1) ?? '') : '';

const openNotification = (sns: JsonObject, open: Open): Opened =>
  openText(
    sns.Message,
    'the Message of the SNS notification',
    { source: `sns:${lastPartOf(sns.TopicArn)}`, id: sns.MessageId, time: sns.Timestamp },
    open,
  );

const isoOf = (milliseconds: unknown): string | undefined => {
  const at = new Date(typeof milliseconds === 'string' ? Number(milliseconds) : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const openRecord = (record: JsonObject, open: Open): Opened => {
  if (isObject(record.Sns)) return openNotification(record.Sns, open);
  const { SentTimestamp } = isObject(record.attributes) ? record.attributes : {};
  return openText(
    record.body,
    'the body of the SQS message',
    {
      source: `sqs:${lastPartOf(record.eventSourceARN)}`,
      id: record.messageId,
      time: isoOf(SentTimestamp),
    },
    open,
  );
};

/** Opens all parts or none. The first fault is reported with its place in the batch, counted from 0. */
const openAll = (parts: readonly unknown[], open: Open): Opened => {
  const opened = parts.map(open);
  const fault = opened.findIndex(({ ok }) => !ok);
  const found = opened[fault];
  if (found !== undefined && !found.ok) return { ok: false, detail: `[${fault}] ${found.detail}` };
  return {
    ok: true,
    payloads: opened.flatMap((part) => (part.ok ? part.payloads : [])),
    isBatch: true,
  };
};

const isSqsRecord = (part: unknown): part is JsonObject =>
  isObject(part) && part.eventSource === 'aws:sqs' && 'body' in part;

/**
 * Opens the listed kinds of envelope, also one inside another. Any other payload is returned as it is. Never throws.
 */
export const unwrap = (payload: unknown, opens: ReadonlySet<Envelope>): Opened => {
  const open: Open = (inner) => unwrap(inner, opens);
  const foreign = recognise(payload);
  if (foreign === undefined || foreign.kind === 'other' || !opens.has(foreign.kind))
    return one(payload);
  if (Array.isArray(payload))
    return openAll(payload, (part) => open(isSqsRecord(part) ? { Records: [part] } : part));
  if (!isObject(payload)) return one(payload);
  if (foreign.kind === 'text-detail' || foreign.kind === 'scheduler') return openDetail(payload);
  const { Records } = payload;
  return Array.isArray(Records)
    ? openAll(Records, (record) => (isObject(record) ? openRecord(record, open) : one(record)))
    : openNotification(payload, open);
};

import { lookOf, type Unwrapped } from '../intent/envelope.ts';
import { isObject, type JsonObject, parseJson } from '../json/json.ts';

/** What lies in a payload, each as an event rule or a direct caller would hand it over. */
export type Opened =
  | { readonly ok: true; readonly payloads: readonly unknown[]; readonly isBatch: boolean }
  | { readonly ok: false; readonly detail: string };

type Opening = (payload: unknown) => Opened;

/** Who sent a text, and by which of its own ids and at what time: a text that comes twice is one intent. */
interface Sender {
  readonly source: string;
  readonly id: unknown;
  readonly time: unknown;
}

const one = (payload: unknown): Opened => ({ ok: true, payloads: [payload], isBatch: false });

const isEvent = (value: unknown): boolean => isObject(value) && 'detail-type' in value;

/** A text's own envelope tells more of its origin than the one around it. Ids stay exact (promise P9). */
const openText = (text: unknown, what: string, sender: Sender, open: Opening): Opened => {
  const parsed = parseJson(typeof text === 'string' ? text : '');
  if (!parsed.ok) return { ok: false, detail: `${what} is no JSON: ${parsed.detail}` };
  const { value } = parsed;
  if (isEvent(value) || lookOf(value) !== undefined) return open(value);
  return one({ 'detail-type': 'Job Control Intent', ...sender, detail: value });
};

const openDetail = (event: JsonObject): Opened => {
  const parsed = parseJson(String(event.detail));
  return parsed.ok
    ? one({ ...event, detail: parsed.value })
    : { ok: false, detail: `the detail of the event is no JSON: ${parsed.detail}` };
};

const lastPartOf = (arn: unknown): string =>
  typeof arn === 'string' ? (arn.split(':').at(-1) ?? '') : '';

const openNotification = (sns: JsonObject, open: Opening): Opened =>
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

const openRecord = (record: JsonObject, open: Opening): Opened => {
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

/** All or none: the first fault tells the place of its part in the batch, counted from 0. */
const openAll = (parts: readonly unknown[], open: (part: unknown) => Opened): Opened => {
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
 * Takes intents out of the envelopes that are named, one in the other if need be; what is in no such envelope comes out
 * as it went in. Never throws.
 */
export const unwrap = (payload: unknown, named: ReadonlySet<Unwrapped>): Opened => {
  const open: Opening = (inner) => unwrap(inner, named);
  const look = lookOf(payload);
  if (look === undefined || look.kind === 'other' || !named.has(look.kind)) return one(payload);
  if (Array.isArray(payload))
    return openAll(payload, (part) => open(isSqsRecord(part) ? { Records: [part] } : part));
  if (!isObject(payload)) return one(payload);
  if (look.kind === 'text-detail') return openDetail(payload);
  const { Records } = payload;
  return Array.isArray(Records)
    ? openAll(Records, (record) => (isObject(record) ? openRecord(record, open) : one(record)))
    : openNotification(payload, open);
};

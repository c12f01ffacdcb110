import { isCloudEvent } from '../intent/cloud-event.ts';
import { type Envelope, recognise } from '../intent/foreign-payload.ts';
import { isObject, type JsonObject, parseJson } from '../json/json.ts';
import type { MaybeTraced } from '../json/trace-context.ts';
import { traceOfSns, traceOfSqs } from './message-trace.ts';

/** The payloads in an envelope, each as an event rule or a direct caller would hand it over. */
export type Opened =
  | { readonly ok: true; readonly payloads: readonly unknown[]; readonly isBatch: boolean }
  | { readonly ok: false; readonly detail: string };

type Open = (payload: unknown) => Opened;

/** The setting `UNWRAP`: kinds of envelope, each from every source, or from one as `sns:<topic>`. */
export type Opens = ReadonlySet<string>;

const opensSome = (opens: Opens, kind: Envelope): boolean =>
  [...opens].some((entry) => entry === kind || entry.startsWith(`${kind}:`));

const opensFrom = (opens: Opens, kind: Envelope, source: unknown): boolean =>
  opens.has(kind) || opens.has(`${kind}:${source}`);

/** Fields for the event that we make of a bare text. Equal fields make a text that comes twice one intent. */
interface EventFields {
  readonly source: string;
  readonly id: unknown;
  readonly time: unknown;
  /** The trace of the message. No sender of events has such fields: an event has its trace inside. */
  readonly trace: MaybeTraced;
}

const one = (payload: unknown): Opened => ({ ok: true, payloads: [payload], isBatch: false });

const isEvent = (value: unknown): value is JsonObject => isObject(value) && 'detail-type' in value;

/** A CloudEvent is read with the intent in it, so it is no envelope. */
const isEnvelope = (value: unknown): boolean =>
  !isCloudEvent(value) && recognise(value) !== undefined;

const MADE = { 'detail-type': 'Job Control Intent' };

/** What comes out of an envelope comes from its source, whatever it says itself: so it has the grants of that source. */
const withSource = (payload: unknown, source: string): unknown => {
  if (isEvent(payload)) return { ...payload, source };
  return isEnvelope(payload) ? payload : { ...MADE, source, detail: payload };
};

/** The trace of the message nearest to the intent counts. */
const withTrace = (payload: unknown, trace: MaybeTraced): unknown =>
  isEvent(payload) && !('traceparent' in payload) ? { ...payload, ...trace } : payload;

/**
 * An event or envelope inside the text is opened in turn: its own id and time say more than those around it. Anything
 * else becomes an event with the given fields. Ids stay exact (promise P9).
 */
const openText = (
  text: unknown,
  what: string,
  { trace, ...fields }: EventFields,
  open: Open,
): Opened => {
  const parsed = parseJson(typeof text === 'string' ? text : '');
  if (!parsed.ok) return { ok: false, detail: `${what} is not JSON: ${parsed.detail}` };
  const { value } = parsed;
  if (!isEvent(value) && !isEnvelope(value))
    return one({ ...MADE, ...trace, ...fields, detail: value });
  const inner = open(value);
  return inner.ok
    ? {
        ...inner,
        payloads: inner.payloads.map((payload) =>
          withTrace(withSource(payload, fields.source), trace),
        ),
      }
    : inner;
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
    {
      source: `sns:${lastPartOf(sns.TopicArn)}`,
      id: sns.MessageId,
      time: sns.Timestamp,
      trace: traceOfSns(sns),
    },
    open,
  );

const isoOf = (milliseconds: unknown): string | undefined => {
  const at = new Date(typeof milliseconds === 'string' ? Number(milliseconds) : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const openMessage = (record: JsonObject, open: Open): Opened => {
  const { SentTimestamp } = isObject(record.attributes) ? record.attributes : {};
  return openText(
    record.body,
    'the body of the SQS message',
    {
      source: `sqs:${lastPartOf(record.eventSourceARN)}`,
      id: record.messageId,
      time: isoOf(SentTimestamp),
      trace: traceOfSqs(record),
    },
    open,
  );
};

const openRecord = (record: JsonObject, opens: Opens, open: Open): Opened => {
  const { Sns } = record;
  const [kind, arn]: [Envelope, unknown] = isObject(Sns)
    ? ['sns', Sns.TopicArn]
    : ['sqs', record.eventSourceARN];
  const source = lastPartOf(arn);
  if (!opensFrom(opens, kind, source))
    return {
      ok: false,
      detail: `comes from ${kind}:${source}, which the setting UNWRAP does not name`,
    };
  return isObject(Sns) ? openNotification(Sns, open) : openMessage(record, open);
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

/** Who writes to the pipe's source chooses what a part says of itself: so the part has the grants of pipes. */
const openPart = (part: unknown, open: Open): Opened => {
  if (isSqsRecord(part)) return open({ Records: [part] });
  const opened = open(part);
  return opened.ok
    ? { ...opened, payloads: opened.payloads.map((payload) => withSource(payload, 'pipes')) }
    : opened;
};

/** Opens an envelope of a kind that is listed, if its source is. */
const openEnvelope = (kind: Envelope, payload: JsonObject, opens: Opens, open: Open): Opened => {
  const { Records } = payload;
  if (Array.isArray(Records))
    return openAll(Records, (record) =>
      isObject(record) ? openRecord(record, opens, open) : one(record),
    );
  const isNotification = kind === 'sns';
  const source = isNotification ? lastPartOf(payload.TopicArn) : payload.source;
  if (!opensFrom(opens, kind, source)) return one(payload);
  return isNotification ? openNotification(payload, open) : openDetail(payload);
};

/** Names of sources that only an opened envelope has. */
const OF_ENVELOPES = /^(pipes$|(sns|sqs):)/;

/** Why an event is refused that names itself as what comes out of an envelope. Undefined if it does not. */
export const faultOfSource = (payload: unknown): string | undefined =>
  isEvent(payload) && typeof payload.source === 'string' && OF_ENVELOPES.test(payload.source)
    ? '"source": names what comes out of an envelope of SNS, SQS or Pipes: give the event a source of its own'
    : undefined;

/**
 * Opens the listed kinds of envelope, also one inside another. Any other payload is returned as it is. Never throws.
 */
export const unwrap = (payload: unknown, opens: Opens): Opened => {
  const open: Open = (inner) => unwrap(inner, opens);
  const { kind = 'other' } = recognise(payload) ?? {};
  if (kind === 'other' || !opensSome(opens, kind)) return one(payload);
  if (Array.isArray(payload)) return openAll(payload, (part) => openPart(part, open));
  return isObject(payload) ? openEnvelope(kind, payload, opens, open) : one(payload);
};

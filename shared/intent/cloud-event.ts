import * as v from 'valibot';
import { type Fault, faultsOf } from '../json/fault.ts';
import { readTime } from '../json/iso-time.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { type TraceContext, traceOf } from '../json/trace-context.ts';
import { wireForm } from '../json/wire-form.ts';
import { sequenceSchema } from './sequence.ts';

const TEXT_RULE = 'must be a text that is not empty';

const text = v.pipe(v.string(TEXT_RULE), v.minLength(1, TEXT_RULE));

/** Every time of RFC 3339 from 1971 on, but for the last days of a month. */
const PUBLISHED_TIME =
  '^(197[1-9]|19[89][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$';

/** Intent ids hold times from 1970 on. */
const time = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const read = readTime(typeof value === 'string' ? value : '');
    if (read.ok && read.at >= 0) return read.at;
    addIssue({
      message: read.ok ? 'is before 1970, so it cannot be the time of the event' : read.detail,
    });
    return NEVER;
  }),
  wireForm(() => ({ type: 'string', pattern: PUBLISHED_TIME })),
);

const JSON_RULE = 'must be JSON';

const jsonType = v.pipe(
  v.string(JSON_RULE),
  v.regex(/^[\w.+-]+\/([\w.-]+\+)?(json|JSON) *(;.*)?$/, JSON_RULE),
);

/** The attributes that can be at fault. All others are ignored, but for those of the trace. */
export const attributesSchema = v.object({
  specversion: v.literal('1.0', 'must be 1.0'),
  id: text,
  source: text,
  type: text,
  time: v.exactOptional(time),
  sequence: v.exactOptional(sequenceSchema),
  datacontenttype: v.exactOptional(jsonType),
});

/**
 * A CloudEvent (1.0) that carries an intent as its data. `source` and `id` together are equal for each delivery of one
 * event, and for no other event. `time` is in milliseconds since 1970.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface CloudEvent
  extends Pick<v.InferOutput<typeof attributesSchema>, 'id' | 'source' | 'time' | 'sequence'> {
  readonly data: Json;
  /** https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md */
  readonly trace?: TraceContext;
}

export type ReadCloudEvent =
  | { readonly ok: true; readonly event: CloudEvent }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Whether a value is meant as a CloudEvent. No intent has such a field. */
export const isCloudEvent = (value: unknown): value is JsonObject =>
  isObject(value) && Object.hasOwn(value, 'specversion');

/** An attribute that is null is not set (JSON format §2.2). */
const isSet = ([, value]: readonly [string, unknown]): boolean =>
  value !== null && value !== undefined;

type ReadAttributes =
  | { readonly ok: true; readonly attributes: Omit<CloudEvent, 'data'> }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads attributes, and names every fault. */
export const readAttributes = (given: JsonObject): ReadAttributes => {
  const set = Object.fromEntries(Object.entries(given).filter(isSet));
  const read = v.safeParse(attributesSchema, set);
  if (!read.success) return { ok: false, faults: faultsOf(read.issues) };
  const { id, source, time: at, sequence } = read.output;
  const { traceparent, ...state } = traceOf(set);
  return {
    ok: true,
    attributes: {
      id,
      source,
      ...(at !== undefined && { time: at }),
      ...(sequence !== undefined && { sequence }),
      ...(traceparent !== undefined && { trace: { traceparent, ...state } }),
    },
  };
};

type ReadData =
  | { readonly ok: true; readonly data: Json }
  | { readonly ok: false; readonly fault: Fault };

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** JSON format §3.1: the data stands as JSON in `data`, or as base64 in `data_base64`. Ids stay exact (promise P9). */
const readData = ({ data, data_base64: encoded = null }: JsonObject): ReadData => {
  const pointer = '#/data_base64';
  if (encoded === null)
    return data === undefined
      ? { ok: false, fault: { pointer: '#/data', detail: 'is required: it is the intent' } }
      : { ok: true, data };
  if (data !== undefined)
    return { ok: false, fault: { pointer, detail: 'must not stand beside data' } };
  if (typeof encoded !== 'string' || !BASE64.test(encoded))
    return { ok: false, fault: { pointer, detail: 'must be base64' } };
  const parsed = parseBounded(Buffer.from(encoded, 'base64').toString('utf8'));
  return parsed.ok
    ? { ok: true, data: parsed.value }
    : { ok: false, fault: { pointer, detail: parsed.detail } };
};

/** Reads a CloudEvent in JSON, with every fault of its attributes. */
export const readCloudEvent = (envelope: JsonObject): ReadCloudEvent => {
  const read = readAttributes(envelope);
  const inside = readData(envelope);
  const faults = [...(read.ok ? [] : read.faults), ...(inside.ok ? [] : [inside.fault])];
  return read.ok && inside.ok
    ? { ok: true, event: { ...read.attributes, data: inside.data } }
    : { ok: false, faults };
};

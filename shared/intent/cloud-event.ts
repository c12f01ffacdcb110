import * as v from 'valibot';
import type { Fault } from '../json/fault.ts';
import { readTime } from '../json/iso-time.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json/json.ts';
import { sequenceSchema } from './sequence.ts';

/**
 * A CloudEvent (1.0) that carries an intent as its data. Attributes that we do not read may have any value.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface CloudEvent {
  /** `source` and `id` together: equal for each delivery of one event, and for no other event. */
  readonly source: string;
  readonly id: string;
  /** When it occurred, in milliseconds since 1970. */
  readonly time?: number;
  /** As an intent has it. */
  readonly sequence?: string;
  readonly data: Json;
}

export type ReadCloudEvent =
  | { readonly ok: true; readonly event: CloudEvent }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Whether a value is meant as a CloudEvent. No intent has such a field. */
export const isCloudEvent = (value: unknown): value is JsonObject =>
  isObject(value) && Object.hasOwn(value, 'specversion');

const JSON_TYPE = /^[\w.+-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Undefined: nothing is wrong. An attribute that is null is not set (JSON format §2.2). */
type Check = (value: Json) => string | undefined;

const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty';

const time: Check = (value) => {
  const read = readTime(typeof value === 'string' ? value : '');
  if (!read.ok) return read.detail;
  return read.at < 0 ? 'is before 1970, so it cannot be the time of the event' : undefined;
};

const sequence: Check = (value) => v.safeParse(sequenceSchema, value).issues?.[0].message;

const CHECKS: Readonly<Record<string, Check>> = {
  specversion: (value) => (value === '1.0' ? undefined : 'must be 1.0'),
  id: text,
  source: text,
  type: text,
  time,
  sequence,
  datacontenttype: (value) =>
    typeof value === 'string' && JSON_TYPE.test(value) ? undefined : 'must be JSON',
};

const REQUIRED: readonly string[] = ['specversion', 'id', 'source', 'type'];

const isSet = (value: Json | undefined): value is Json => value !== undefined && value !== null;

/** The faults of a CloudEvent's attributes. `placeOf` says where an attribute stands. */
export const attributeFaults = (
  attributes: JsonObject,
  placeOf: (name: string) => string,
): readonly Fault[] =>
  Object.entries(CHECKS).flatMap(([name, check]) => {
    const value = attributes[name];
    const missing = REQUIRED.includes(name) ? 'is required' : undefined;
    const detail = isSet(value) ? check(value) : missing;
    return detail === undefined ? [] : [{ pointer: placeOf(name), detail }];
  });

/** The event of attributes without faults, and its data. */
export const eventOf = (attributes: JsonObject, data: Json): CloudEvent => {
  const { id, source, time: when, sequence: order } = attributes;
  const read = readTime(String(when));
  const spelt = v.safeParse(sequenceSchema, order);
  return {
    id: String(id),
    source: String(source),
    ...(isSet(when) && read.ok && { time: read.at }),
    ...(isSet(order) && spelt.success && { sequence: spelt.output }),
    data,
  };
};

type ReadData =
  | { readonly ok: true; readonly data: Json }
  | { readonly ok: false; readonly fault: Fault };

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** JSON format §3.1: the data stands as JSON in `data`, or as base64 in `data_base64`. Ids stay exact (promise P9). */
const readData = ({ data, data_base64: encoded }: JsonObject): ReadData => {
  if (!isSet(encoded))
    return data === undefined
      ? { ok: false, fault: { pointer: '#/data', detail: 'is required: it is the intent' } }
      : { ok: true, data };
  const pointer = '#/data_base64';
  if (data !== undefined)
    return { ok: false, fault: { pointer, detail: 'must not stand beside data' } };
  if (typeof encoded !== 'string' || !BASE64.test(encoded))
    return { ok: false, fault: { pointer, detail: 'must be base64' } };
  const parsed = parseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  return parsed.ok
    ? { ok: true, data: parsed.value }
    : { ok: false, fault: { pointer, detail: parsed.detail } };
};

/** Reads a CloudEvent in JSON, with every fault of its attributes. */
export const readCloudEvent = (envelope: JsonObject): ReadCloudEvent => {
  const faults = attributeFaults(envelope, (name) => `#/${name}`);
  const read = readData(envelope);
  if (!read.ok) return { ok: false, faults: [...faults, read.fault] };
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, event: eventOf(envelope, read.data) };
};

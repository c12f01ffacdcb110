import type { Fault } from '../json/fault.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { type ReadCloudEvent, readAttributes } from './cloud-event.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ce-';

/** Whether a request is a CloudEvent in binary mode: its attributes are headers, and its body is the data. */
export const isBinaryMode = (headers: Headers): boolean =>
  headers[`${PREFIX}specversion`] !== undefined;

const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s;

/**
 * A header's value: first without quotes, then decoded once. Undefined if its bytes are not UTF-8.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 */
const decode = (header: string): string | undefined => {
  const text = QUOTED.exec(header)?.[1]?.replace(/\\(.)/gs, '$1') ?? header;
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    return undefined;
  }
};

const placeOf = (name: string): string => `header ${PREFIX}${name}`;

/** Faults name an attribute as `#/id`. */
const inHeader = ({ pointer, detail }: Fault): Fault => ({
  pointer: placeOf(pointer.slice('#/'.length)),
  detail,
});

/**
 * Reads a CloudEvent in binary mode. `Content-Type` stands for `datacontenttype`, which must not be a header of its own.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode
 */
export const readBinaryEvent = (headers: Headers, data: Json): ReadCloudEvent => {
  const decoded = Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value = '']) => [name.slice(PREFIX.length), decode(value)] as const);
  const undecoded = decoded.flatMap(([name, value]) => (value === undefined ? [name] : []));
  const { datacontenttype: twice, ...given }: JsonObject = Object.fromEntries(
    decoded.map(([name, value]) => [name, value ?? null]),
  );
  const read = readAttributes(given);
  const faults = (read.ok ? [] : read.faults).map(inHeader);
  const all = [
    ...undecoded.map((name) => ({ pointer: placeOf(name), detail: 'is not UTF-8' })),
    ...faults.filter(({ pointer }) => !undecoded.map(placeOf).includes(pointer)),
    ...(twice === undefined
      ? []
      : [{ pointer: placeOf('datacontenttype'), detail: 'must not be there: send Content-Type' }]),
  ];
  return read.ok && all.length === 0
    ? { ok: true, event: { ...read.attributes, data } }
    : { ok: false, faults: all };
};

import { isCloudEvent, type ReadCloudEvent, readCloudEvent } from '../intent/cloud-event.ts';
import { isBinaryMode, readBinaryEvent } from '../intent/cloud-event-headers.ts';
import type { Json } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { type ReadWish, readAsOf, readCloudWish, repeatOf } from './read-wish.ts';
import type { HttpRequest } from './route.ts';

type WithHeaders = Pick<HttpRequest, 'headers'>;

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#13-content-modes */
const STRUCTURED = /^application\/cloudevents\+json *(?:;|$)/i;

const isStructured = ({ headers }: WithHeaders): boolean =>
  STRUCTURED.test(headers['content-type'] ?? '');

/** The CloudEvent that a request is. In structured mode the attributes of the body count, not those of the headers. */
const readEvent = (body: Json, http: WithHeaders): ReadCloudEvent | undefined => {
  if (isStructured(http)) return readCloudEvent(isCloudEvent(body) ? body : {});
  return isBinaryMode(http.headers) ? readBinaryEvent(http.headers, body) : undefined;
};

/** Reads the body of the native route: an intent, or a CloudEvent with one, structured or binary. */
export const readNativeBody = (body: Json, http: WithHeaders, now: Date): ReadWish => {
  const event = readEvent(body, http);
  if (event === undefined) return readAsOf(body, now, undefined);
  return readCloudWish(event, { now, dataAt: isStructured(http) ? '#/data' : '#' });
};

/** What makes a repeat of a request known, before it is read as an intent. */
export interface EventRepeat {
  readonly replayKey: string;
  /** The data, as one text. An event of the same id with other data is another wish. */
  readonly content: string;
}

const textOf = (data: Json): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

/** By what a repeat of a CloudEvent is known, in whichever mode it comes. Undefined for a bare intent. */
export const repeatOfEvent = (
  http: Pick<HttpRequest, 'headers' | 'text'>,
): EventRepeat | undefined => {
  if (!isStructured(http) && !isBinaryMode(http.headers)) return undefined;
  const body = parseBounded(http.text);
  const read = body.ok ? readEvent(body.value, http) : undefined;
  return read?.ok
    ? { replayKey: repeatOf(read.event), content: textOf(read.event.data) }
    : undefined;
};

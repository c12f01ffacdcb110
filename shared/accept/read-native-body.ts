import { isCloudEvent, readCloudEvent } from '../intent/cloud-event.ts';
import { isBinaryMode, readBinaryEvent } from '../intent/cloud-event-headers.ts';
import type { Json } from '../json/json.ts';
import { type ReadWish, readAsOf, readCloudWish } from './read-wish.ts';
import type { HttpRequest } from './route.ts';

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#13-content-modes */
const STRUCTURED = /^application\/cloudevents\+json\s*(?:;|$)/i;

/**
 * Reads the body of the native route: an intent, or a CloudEvent with one, structured or binary. In structured mode the
 * attributes of the body count, not those of the headers.
 */
export const readNativeBody = (
  body: Json,
  { headers }: Pick<HttpRequest, 'headers'>,
  now: Date,
): ReadWish => {
  if (STRUCTURED.test(headers['content-type'] ?? ''))
    return readCloudWish(readCloudEvent(isCloudEvent(body) ? body : {}), { now, dataAt: '#/data' });
  return isBinaryMode(headers)
    ? readCloudWish(readBinaryEvent(headers, body), { now, dataAt: '#' })
    : readAsOf(body, now, undefined);
};

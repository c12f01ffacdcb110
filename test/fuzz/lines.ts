import type { Random } from '../simulation/random.ts';
import type { FuzzCaller } from './callers.ts';
import { drawEnvelope, type Header, type Wire } from './wire.ts';
import { drawWish, nativeBody, vendorBody, vendorPath, type Wish } from './wishes.ts';

/** A route, and a wish in its words. */
interface Line extends Pick<Wire, 'method' | 'path'> {
  readonly body: string;
  readonly headers: readonly Header[];
}

const json = (random: Random): Header => [
  'Content-Type',
  random.pick(['application/json', 'application/json;charset=utf-8']),
];

const native = (wish: Wish, random: Random): Line => ({
  method: 'POST',
  path: '/v1/intents',
  body: nativeBody(wish),
  headers: [json(random)],
});

const vendor = (wish: Wish, random: Random): Line => ({
  method: wish.row.method,
  path: vendorPath(wish),
  body: vendorBody(wish, random.chance(0.5)),
  headers: [json(random)],
});

let drawn = 0;

/** A CloudEvent whose body has its attributes. */
const structured = (wish: Wish): Line => ({
  method: 'POST',
  path: '/v1/intents',
  body: `{"specversion":"1.0","id":"event-${++drawn}","source":"/fuzz","type":"intent","data":${nativeBody(wish)}}`,
  headers: [['Content-Type', 'application/cloudevents+json']],
});

/** A CloudEvent whose headers have its attributes. */
const binary = (wish: Wish, random: Random): Line => ({
  ...native(wish, random),
  headers: [
    json(random),
    ['ce-specversion', '1.0'],
    ['ce-id', `event-${++drawn}`],
    ['ce-source', '/fuzz'],
    ['ce-type', 'intent'],
  ],
});

export const lineFor = (wish: Wish, random: Random): Line =>
  random.pick([native, native, vendor, vendor, vendor, structured, binary])(wish, random);

/** Alerts of which one is firing: it alone counts. */
const alerts = (wish: Wish, random: Random): string => {
  const firing = `{"status":"firing","intent":${nativeBody(wish)}}`;
  const resolved = `{"status":"resolved","intent":${nativeBody(drawWish(random))}}`;
  return `{"alerts":[${random.shuffle([firing, resolved])}]}`;
};

/** The payload of a hook, as its caller's mapping takes it. */
export const hookLine = (wish: Wish, { id, takesAlerts }: FuzzCaller, random: Random): Line => ({
  ...native(wish, random),
  ...(takesAlerts && { body: alerts(wish, random) }),
  path: `/v1/hooks/${id}`,
});

const drawKey = (random: Random): Header => [
  'Idempotency-Key',
  `"key ${++drawn} ${random.between(0, 2 ** 48)}"`,
];

/** A request without a proof. No two are alike, so that none is taken for a repeat. */
export const bareOf = (line: Line, random: Random): Wire => ({
  ...line,
  body: Buffer.from(line.body),
  query: random.chance(0.8) ? '' : 'a=1&b=2',
  headers: [
    ...line.headers,
    ['Host', 'api.example.com'],
    ['X-Nonce', `nonce-${++drawn}`],
    ...(random.chance(0.2) ? [drawKey(random)] : []),
  ],
  envelope: drawEnvelope(random),
});

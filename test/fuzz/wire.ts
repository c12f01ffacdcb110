import type { Random } from '../simulation/random.ts';

export type Header = readonly [name: string, value: string];

/** How AWS hands a request over. */
export interface Envelope {
  readonly payload: 'http 2.0' | 'http 1.0' | 'rest' | 'function url';
  /** With its slash, or empty: the default stage. */
  readonly stage: string;
  /** With its slash, or empty. */
  readonly base: string;
  readonly isBase64: boolean;
}

/** A request as a client sends it. */
export interface Wire {
  readonly method: string;
  /** Without stage and base path. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  /** As sent: names in any case, repeated ones in order. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
  readonly envelope: Envelope;
}

export const BASE_PATH = '/jobs';

const PAYLOADS: readonly Envelope['payload'][] = ['http 2.0', 'http 1.0', 'rest', 'function url'];

export const drawEnvelope = (random: Random): Envelope => {
  const payload = random.chance(0.6) ? 'http 2.0' : random.pick(PAYLOADS);
  return {
    payload,
    stage:
      payload === 'function url' || random.chance(0.7) ? '' : random.pick(['/dev', '/v1', '/v3']),
    base: random.chance(0.8) ? '' : BASE_PATH,
    isBase64: random.chance(0.2),
  };
};

/** The path on the request line, which a client signs. */
export const sentPath = ({ path, envelope: { stage, base } }: Wire): string => base + stage + path;

export const isNamed =
  (name: string) =>
  ([other]: Header): boolean =>
    other.toLowerCase() === name.toLowerCase();

/** The value of a header, or undefined. */
export const headerOf = ({ headers }: Wire, name: string): string | undefined =>
  headers.find(isNamed(name))?.[1];

/** The same request with a header in the place of all of its name. */
export const withHeader = (wire: Wire, name: string, value: string): Wire => ({
  ...wire,
  headers: [...wire.headers.filter((header) => !isNamed(name)(header)), [name, value]],
});

export const withoutHeader = (wire: Wire, name: string): Wire => ({
  ...wire,
  headers: wire.headers.filter((header) => !isNamed(name)(header)),
});

/** Payload 2.0: names in lower case, repeated ones joined. */
const joined = (headers: readonly Header[]): Record<string, string> => {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = values.get(key);
    values.set(key, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
};

/** Payload 1.0: names as sent, the last value alone, and all values in a list. */
const listed = (headers: readonly Header[]) => ({
  headers: Object.fromEntries(headers),
  multiValueHeaders: Object.fromEntries(
    headers.map(([name]) => [
      name,
      headers.filter(([other]) => other === name).map(([, value]) => value),
    ]),
  ),
});

const stageOf = ({ stage }: Envelope): string => stage.slice(1) || '$default';

const bodyOf = ({ body, envelope: { isBase64 } }: Wire) => ({
  body: Buffer.from(body).toString(isBase64 ? 'base64' : 'utf8'),
  isBase64Encoded: isBase64,
});

const eventV1 = (wire: Wire): unknown => ({
  ...(wire.envelope.payload === 'http 1.0' && { version: '1.0' }),
  resource: '/{proxy+}',
  path: sentPath(wire),
  httpMethod: wire.method,
  ...listed(wire.headers),
  queryStringParameters: Object.fromEntries(new URLSearchParams(wire.query)),
  multiValueQueryStringParameters: null,
  requestContext: { stage: stageOf(wire.envelope), httpMethod: wire.method, path: sentPath(wire) },
  ...bodyOf(wire),
});

const eventV2 = (wire: Wire): unknown => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: sentPath(wire),
  rawQueryString: wire.query,
  headers: joined(wire.headers),
  requestContext: {
    stage: stageOf(wire.envelope),
    http: { method: wire.method, path: sentPath(wire), protocol: 'HTTP/1.1' },
  },
  ...bodyOf(wire),
});

/** The event that accept-http is invoked with. */
export const eventOf = (wire: Wire): unknown =>
  /http 1|rest/.test(wire.envelope.payload) ? eventV1(wire) : eventV2(wire);

/** A body that is not UTF-8 comes as base64 only. */
export const isText = (body: Uint8Array): boolean =>
  Buffer.from(Buffer.from(body).toString('utf8')).equals(body);

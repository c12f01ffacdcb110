import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as far as a signature covers it. */
export interface Signed {
  readonly method: string;
  /** As it stood on the request line. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';

export const sha256 = (data: string | Buffer): string =>
  createHash('sha256').update(data).digest('hex');

/** All but RFC 3986's unreserved characters: `encodeURIComponent` leaves five more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Decoded and encoded again, and with a slash at the end that the request line does not have. */
const canonicalPath = (path: string): string => {
  const segments = path.split('/').map((segment) => encode(decodeURIComponent(segment)));
  const joined = segments.join('/');
  return joined.endsWith('/') ? joined : `${joined}/`;
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

/** Node reads a header's bytes as Latin-1; who signs signs the bytes. */
const signedValue = (headers: IncomingHttpHeaders, name: string): string =>
  Buffer.from(String(headers[name] ?? ''), 'latin1')
    .toString('utf8')
    .trim();

/** The hash of the body as it arrived, unless the client says that it signed none. */
const bodyHash = ({ headers, bytes }: Signed): string =>
  headers['x-sdk-content-sha256'] === UNSIGNED ? UNSIGNED : sha256(bytes);

/**
 * `CanonicalRequest` of the vendor's signing guide, for these headers, which are lowercase, in order and sent. Throws a
 * `URIError` on a path with a stray percent sign.
 */
export const canonicalRequest = (request: Signed, signedHeaders: readonly string[]): string =>
  [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${signedValue(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    bodyHash(request),
  ].join('\n');

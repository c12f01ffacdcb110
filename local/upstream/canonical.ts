import { createHash } from 'node:crypto';

/** A request as far as a signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** As it stood on the request line. */
  readonly path: string;
  readonly query: string;
  /** By lowercase names, values as Node reads them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Hex SHA-256 of the body as it arrived. */
  readonly bodyHash: string;
}

/** How clients write a request down before they sign it: as the vendor's guide says, or as gophertelekomcloud does. */
export type Dialect = 'guide' | 'scoped';

export const UNSIGNED = 'UNSIGNED-PAYLOAD';

export const sha256 = (data: string | Buffer): string =>
  createHash('sha256').update(data).digest('hex');

export const EMPTY_HASH = sha256('');

/** All but RFC 3986's unreserved characters: `encodeURIComponent` leaves five more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Decoded and encoded again, and with a slash at the end that the request line does not have. */
const canonicalPath = (path: string): string => {
  const joined = decodeURIComponent(path).split('/').map(encode).join('/');
  return joined.endsWith('/') ? joined : `${joined}/`;
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

type Pair = readonly [name: string, value: string];

const joinPairs = (pairs: readonly Pair[]): string =>
  pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

const QUERIES: Readonly<Record<Dialect, (pairs: readonly Pair[]) => string>> = {
  guide: (pairs) => joinPairs(pairs.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))),
  /** One value per name, the first; the encoded names in an order that does not heed case. */
  scoped: (pairs) => {
    const firsts = new Map(pairs.toReversed());
    const key = ([name]: Pair): string => encode(name).toLowerCase();
    return joinPairs([...firsts].toSorted((a, b) => compare(key(a), key(b))));
  },
};

const SPACES = /[\t\n\f\r ]+/g;

const VALUES: Readonly<Record<Dialect, (value: string) => string>> = {
  guide: (value) => value.trim(),
  scoped: (value) => value.replace(SPACES, ' ').trim(),
};

/** Node reads a header's bytes as Latin-1; clients sign the bytes. */
const sentValue = ({ headers }: SignedRequest, name: string): string =>
  Buffer.from(String(headers[name] ?? ''), 'latin1').toString('utf8');

/** As Go's `url.Values` encodes a form: in the order of the names, with a plus sign for a space. */
const asForm = (pairs: readonly Pair[]): string =>
  joinPairs(pairs.toSorted(([a], [b]) => compare(a, b))).replaceAll('%20', '+');

type Content = Readonly<{ query: string; hash: string }>;

/**
 * What may stand for query and body. Of an empty body that is sent as unsigned, the Python SDK signs the hash all the
 * same. In the scoped dialect, a POST without a body has its query hashed in place of the body.
 */
const contents = (
  { method, headers, bodyHash }: SignedRequest,
  dialect: Dialect,
  pairs: readonly Pair[],
): readonly Content[] => {
  const isUnsigned = headers['x-sdk-content-sha256'] === UNSIGNED;
  const isEmpty = bodyHash === EMPTY_HASH;
  if (dialect === 'scoped' && isEmpty && method === 'POST')
    return [{ query: '', hash: isUnsigned ? UNSIGNED : sha256(asForm(pairs)) }];
  const query = QUERIES[dialect](pairs);
  if (!isUnsigned) return [{ query, hash: bodyHash }];
  return [{ query, hash: UNSIGNED }, ...(isEmpty ? [{ query, hash: EMPTY_HASH }] : [])];
};

/**
 * `CanonicalRequest` of the vendor's signing guide, for these headers, which are lowercase and sent: every text that a
 * client may have signed for this request, the likeliest first. Throws a `URIError` on a path with a stray percent sign.
 */
export const canonicalRequests = (
  request: SignedRequest,
  signedHeaders: readonly string[],
  dialect: Dialect = 'guide',
): readonly string[] => {
  const path = canonicalPath(request.path);
  const headers = signedHeaders.map(
    (name) => `${name}:${VALUES[dialect](sentValue(request, name))}`,
  );
  return contents(request, dialect, [...new URLSearchParams(request.query)]).map(
    ({ query, hash }) =>
      [request.method, path, query, ...headers, '', signedHeaders.join(';'), hash].join('\n'),
  );
};

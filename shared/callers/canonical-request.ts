import { sha256 } from './digest.ts';

/** The parts of a request that a vendor signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** The paths that the client may have signed: as it stood on the request line, and without a proxy's prefix. */
  readonly paths: readonly string[];
  readonly query: string;
  /** By lower-case names. Values as Node or API Gateway reads them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Hex SHA-256 of the raw body. */
  readonly bodyHash: string;
}

/** How clients write a request down before they sign it: as the vendor's guide says, or as gophertelekomcloud does. */
export type Dialect = 'guide' | 'scoped';

/** In `X-Sdk-Content-Sha256`, it says that the signature does not cover the body. */
export const UNSIGNED = 'UNSIGNED-PAYLOAD';

const EMPTY_HASH = sha256('');

/** Encodes all but RFC 3986's unreserved characters: `encodeURIComponent` leaves five more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The path is decoded, encoded again, and ends with a slash, which the request line does not have. */
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
  /** Each name has one value, the first. The encoded names are sorted without regard to case. */
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

const isLatin1 = (text: string): boolean => Buffer.from(text, 'latin1').toString('latin1') === text;

/** Clients sign a header's bytes. Node reads them as Latin-1; a text beyond Latin-1 was read as UTF-8 before. */
const sentValue = ({ headers }: SignedRequest, name: string): string => {
  const value = String(Object.hasOwn(headers, name) ? (headers[name] ?? '') : '');
  return isLatin1(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
};

/** As Go's `url.Values` encodes a form: in the order of the names, with a plus sign for a space. */
const asForm = (pairs: readonly Pair[]): string =>
  joinPairs(pairs.toSorted(([a], [b]) => compare(a, b))).replaceAll('%20', '+');

type Content = Readonly<{ query: string; hash: string }>;

/**
 * What may stand for query and body. For an empty body that is sent as unsigned, the Python SDK signs the hash all the
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
 * `CanonicalRequest` of the vendor's signing guide, for these headers, which are lower-case and present: every text that
 * a client may have signed for this request, the likeliest first. Throws a `URIError` on a path with a stray percent sign.
 */
export const canonicalRequests = (
  request: SignedRequest,
  signedHeaders: readonly string[],
  dialect: Dialect = 'guide',
): readonly string[] => {
  const headers = signedHeaders.map(
    (name) => `${name}:${VALUES[dialect](sentValue(request, name))}`,
  );
  const options = contents(request, dialect, [...new URLSearchParams(request.query)]);
  return [...new Set(request.paths.map(canonicalPath))].flatMap((path) =>
    options.map(({ query, hash }) =>
      [request.method, path, query, ...headers, '', signedHeaders.join(';'), hash].join('\n'),
    ),
  );
};

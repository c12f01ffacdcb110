import { createHash, createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Credential, KeyPair } from '../upstream/credentials.ts';

const ALGORITHM = 'SDK-HMAC-SHA256';

/** The parts of a request that its signature covers. */
export interface ToSign {
  readonly method: string;
  readonly url: string;
  /** Every header here is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Encodes all but RFC 3986's unreserved characters. `encodeURIComponent` leaves five others as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** An invalid percent sequence stays as it is. */
const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The canonical path always ends with a slash. */
const canonicalPath = (pathname: string): string => {
  const segments = pathname.split('/').map((segment) => encode(decode(segment)));
  return `${segments.join('/')}/`.replace(/\/\/$/, '/');
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

/** `CanonicalRequest` of the vendor's signing guide. Header names are in lower case. */
export const canonicalRequest = ({ method, url, headers, body = '' }: ToSign): string => {
  const { pathname, searchParams } = new URL(url);
  const names = Object.keys(headers).toSorted();
  return [
    method,
    canonicalPath(pathname),
    canonicalQuery(searchParams),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
};

/** `YYYYMMDDTHHMMSSZ`. */
const sdkDate = (now: Date): string => now.toISOString().replace(/[-:]|\.\d{3}/g, '');

/**
 * Signs a request by `SDK-HMAC-SHA256`. Returns all headers to send: those given, `host`, `x-sdk-date`, the security token
 * of a temporary key pair, and `authorization`. All but the last are signed. The upstream refuses a date that is more than
 * 15 minutes off.
 */
export const sign = (
  request: ToSign,
  key: KeyPair,
  now: Date,
): Readonly<Record<string, string>> => {
  const given = Object.entries(request.headers);
  const date = sdkDate(now);
  const headers: Record<string, string> = {
    ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value.trim()])),
    host: new URL(request.url).host,
    'x-sdk-date': date,
    ...(key.securityToken !== undefined && { 'x-security-token': key.securityToken }),
  };
  const hash = sha256(canonicalRequest({ ...request, headers }));
  const signature = createHmac('sha256', key.secret)
    .update(`${ALGORITHM}\n${date}\n${hash}`)
    .digest('hex');
  const names = Object.keys(headers).toSorted().join(';');
  return {
    ...headers,
    authorization: `${ALGORITHM} Access=${key.access}, SignedHeaders=${names}, Signature=${signature}`,
  };
};

const FINGERPRINT_DIGITS = 16;

const derive = promisify<string, string, number, Buffer>(scrypt);

/**
 * Identifies a credential without revealing it. Equal in every process. Passwords can be guessed, so their fingerprint
 * uses a slow hash: about 40 ms a guess, on another thread.
 */
export const fingerprintOf = async (credential: Credential): Promise<string> => {
  if (credential.kind === 'user') {
    const { user, password, domain } = credential;
    const salt = JSON.stringify(['job-fanin', domain, user]);
    return (await derive(password, salt, FINGERPRINT_DIGITS / 2)).toString('hex');
  }
  const { access, secret, securityToken = '' } = credential;
  return sha256(JSON.stringify([access, secret, securityToken])).slice(0, FINGERPRINT_DIGITS);
};

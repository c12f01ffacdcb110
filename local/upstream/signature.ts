import { createHmac } from 'node:crypto';
import type { Key } from './accounts.ts';
import { canonicalRequest, type Signed, sha256 } from './canonical.ts';

const SKEW_MS = 15 * 60_000;

const AUTHORIZATION =
  /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

const ALWAYS_SIGNED = ['host', 'x-sdk-date'];

/** Headers that decide on who may do what: unsigned, anybody on the way could set them. */
const SIGNED_IF_SENT = ['x-project-id', 'x-security-token', 'x-sdk-content-sha256'];

/** What an `Authorization` header says. */
export interface Claim {
  readonly ak: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…`; undefined if it is anything else. */
export const readClaim = (authorization: string): Claim | undefined => {
  const [, ak, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  return ak === undefined || names === undefined || signature === undefined
    ? undefined
    : { ak, signedHeaders: names.split(';'), signature };
};

/** Milliseconds since 1970, from `YYYYMMDDTHHMMSSZ`; NaN if it is no such date. */
const readDate = (text: unknown): number =>
  typeof text === 'string' && DATE.test(text)
    ? Date.parse(text.replace(DATE, '$1-$2-$3T$4:$5:$6Z'))
    : Number.NaN;

const inOrder = (names: readonly string[]): boolean =>
  names.every((name, i) => name === name.toLowerCase() && (i === 0 || (names[i - 1] ?? '') < name));

const isCanonical = ({ signedHeaders }: Claim, { headers }: Signed): boolean =>
  inOrder(signedHeaders) &&
  signedHeaders.every((name) => headers[name] !== undefined) &&
  ALWAYS_SIGNED.every((name) => signedHeaders.includes(name)) &&
  SIGNED_IF_SENT.every((name) => headers[name] === undefined || signedHeaders.includes(name));

const sign = (request: Signed, { signedHeaders }: Claim, sk: string): string => {
  const stringToSign = `SDK-HMAC-SHA256\n${request.headers['x-sdk-date']}\n${sha256(
    canonicalRequest(request, signedHeaders),
  )}`;
  return createHmac('sha256', sk).update(stringToSign).digest('hex');
};

const bodyIsAsSaid = ({ headers, bytes }: Signed): boolean => {
  const said = headers['x-sdk-content-sha256'];
  return said === undefined || said === 'UNSIGNED-PAYLOAD' || said === sha256(bytes);
};

export type BadSignature = 'signed headers' | 'date' | 'security token' | 'body hash' | 'signature';

/**
 * Why a request is not signed with this key, or undefined if it is. After the vendor's signing guide
 * (`SDK-HMAC-SHA256`), written from its text alone.
 */
export const whyBad = (
  request: Signed,
  claim: Claim,
  key: Key,
  now: number,
): BadSignature | undefined => {
  if (!isCanonical(claim, request)) return 'signed headers';
  if (!(Math.abs(now - readDate(request.headers['x-sdk-date'])) <= SKEW_MS)) return 'date';
  if (request.headers['x-security-token'] !== key.security_token) return 'security token';
  if (!bodyIsAsSaid(request)) return 'body hash';
  try {
    return sign(request, claim, key.sk) === claim.signature ? undefined : 'signature';
  } catch (error) {
    if (error instanceof URIError) return 'signature';
    throw error;
  }
};

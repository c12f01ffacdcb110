import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  canonicalRequests,
  type Dialect,
  type SignedRequest,
  sha256,
  UNSIGNED,
} from './canonical.ts';

/** How far a request's date may be off, either way (the vendor's signing guide). */
const SKEW_MS = 15 * 60_000;

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** What a key pair signs with. A temporary pair's requests must carry its token too, signed or not. */
export interface SigningSecret {
  readonly sk: string;
  readonly security_token?: string;
}

/** What an `Authorization` header says. */
interface Claim {
  readonly form: Form;
  readonly ak: string;
  /** `date/region/service`, and more in some forms; undefined where there is no scope. */
  readonly scope: string | undefined;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** One way to sign: what the header calls itself, and how the key is made from the secret. */
interface Form {
  readonly algorithm: string;
  readonly credential: RegExp;
  readonly dialect: Dialect;
  readonly keyOf: (ak: string, sk: string, scope: string) => string | Buffer;
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/**
 * Plain: the vendor's signing guide and all its SDKs. Scoped: gophertelekomcloud (`signer_helper.go`), which leaves region
 * and service empty. Derived: the SDKs' `V11-HMAC-SHA256` (`derived_signer.go` of huaweicloud-sdk-go-v3).
 */
const FORMS: readonly Form[] = [
  {
    algorithm: 'SDK-HMAC-SHA256',
    credential: /^Access=(?<ak>[^,\s]+)$/,
    dialect: 'guide',
    keyOf: (_, sk) => sk,
  },
  {
    algorithm: 'SDK-HMAC-SHA256',
    credential: /^Credential=(?<ak>[^,\s]+)\/(?<scope>\d{8}\/[^/,\s]*\/[^/,\s]*\/sdk_request)$/,
    dialect: 'scoped',
    keyOf: (_, sk, scope) => scope.split('/').reduce(hmac, Buffer.from(`SDK${sk}`)),
  },
  {
    algorithm: 'V11-HMAC-SHA256',
    credential: /^Credential=(?<ak>[^,\s]+)\/(?<scope>\d{8}\/[^/,\s]+\/[^/,\s]+)$/,
    dialect: 'guide',
    keyOf: (ak, sk, scope) => Buffer.from(hkdfSync('sha256', sk, ak, scope, 32)).toString('hex'),
  },
];

const AUTHORIZATION =
  /^([A-Z0-9-]+) ([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/** Reads an `Authorization` header in any of the forms; undefined if it is anything else. */
const readClaim = (authorization: unknown): Claim | undefined => {
  if (typeof authorization !== 'string') return undefined;
  const [, algorithm, credential = '', names = '', signature = ''] =
    AUTHORIZATION.exec(authorization) ?? [];
  for (const form of FORMS) {
    const named = form.algorithm === algorithm ? form.credential.exec(credential) : null;
    if (named?.groups?.ak === undefined) continue;
    const { ak, scope } = named.groups;
    return { form, ak, scope, signedHeaders: names.split(';'), signature };
  }
  return undefined;
};

/** Milliseconds since 1970, from `YYYYMMDDTHHMMSSZ`; NaN if it is no such date. */
const readDate = (text: unknown): number =>
  typeof text === 'string' && DATE.test(text)
    ? Date.parse(text.replace(DATE, '$1-$2-$3T$4:$5:$6Z'))
    : Number.NaN;

const inOrder = (names: readonly string[]): boolean =>
  names.every((name, i) => name === name.toLowerCase() && (i === 0 || (names[i - 1] ?? '') < name));

/** The date alone must be signed: golangsdk and the Go SDK v3 sign no host, golangsdk adds headers after signing. */
const isCanonical = ({ signedHeaders }: Claim, { headers }: SignedRequest): boolean =>
  inOrder(signedHeaders) &&
  signedHeaders.includes('x-sdk-date') &&
  signedHeaders.every((name) => headers[name] !== undefined);

const isNow = ({ scope }: Claim, { headers }: SignedRequest, now: number): boolean => {
  const date = headers['x-sdk-date'];
  return (
    Math.abs(now - readDate(date)) <= SKEW_MS &&
    (scope === undefined || String(date).startsWith(scope.slice(0, 8)))
  );
};

/** Takes the same time wherever the two differ. */
const isSame = (a: unknown, b: unknown): boolean => {
  const [x, y] = [a, b].map((text) =>
    createHash('sha256')
      .update(JSON.stringify([text]))
      .digest(),
  );
  return x !== undefined && y !== undefined && timingSafeEqual(x, y);
};

const bodyIsAsSaid = ({ headers, bodyHash }: SignedRequest): boolean => {
  const said = headers['x-sdk-content-sha256'];
  return said === undefined || said === UNSIGNED || said === bodyHash;
};

const isSignedWith = (sk: string, claim: Claim, request: SignedRequest): boolean => {
  const { form, ak, scope, signedHeaders, signature } = claim;
  const key = form.keyOf(ak, sk, scope ?? '');
  const head = [form.algorithm, request.headers['x-sdk-date'], ...(scope ? [scope] : [])];
  try {
    return canonicalRequests(request, signedHeaders, form.dialect).some((canonical) =>
      isSame(hmac(key, [...head, sha256(canonical)].join('\n')).toString('hex'), signature),
    );
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
};

export type BadSignature = 'signed headers' | 'date' | 'security token' | 'body hash' | 'signature';

/** Who signed a request, or why that cannot be said; then with the key that was named, if one was. */
export type Verdict =
  | { readonly ok: true; readonly ak: string }
  | { readonly ok: false; readonly why: 'unreadable authorization'; readonly ak: undefined }
  | { readonly ok: false; readonly why: 'unknown key' | BadSignature; readonly ak: string };

const whyBad = (
  request: SignedRequest,
  claim: Claim,
  { sk, security_token: token }: SigningSecret,
  now: number,
): BadSignature | undefined => {
  if (!isCanonical(claim, request)) return 'signed headers';
  if (!isNow(claim, request, now)) return 'date';
  if (!isSame(request.headers['x-security-token'], token)) return 'security token';
  if (!bodyIsAsSaid(request)) return 'body hash';
  return isSignedWith(sk, claim, request) ? undefined : 'signature';
};

/**
 * Verifies a request that is signed by an access key, in each form that real clients send. Written from the vendor's
 * signing guide and the clients' own sources, and shares no code with the signer of calls upstream.
 */
export const verifySignature = (
  request: SignedRequest,
  secretOf: (ak: string) => SigningSecret | undefined,
  now: number,
): Verdict => {
  const claim = readClaim(request.headers.authorization);
  if (claim === undefined) return { ok: false, why: 'unreadable authorization', ak: undefined };
  const { ak } = claim;
  const secret = secretOf(ak);
  if (secret === undefined) return { ok: false, why: 'unknown key', ak };
  const why = whyBad(request, claim, secret, now);
  return why === undefined ? { ok: true, ak } : { ok: false, why, ak };
};

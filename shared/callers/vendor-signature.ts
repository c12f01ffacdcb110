import { canonicalRequests, type SignedRequest, UNSIGNED } from './canonical-request.ts';
import { hmacSha256, isSame, sha256 } from './digest.ts';
import { type Claim, readClaim } from './vendor-authorization.ts';

/** How far a request's date may be off, either way (the vendor's signing guide). */
const SKEW_MS = 15 * 60_000;

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** What a key pair signs with. A temporary pair's requests must carry its token too, signed or not. */
export interface SigningSecret {
  readonly sk: string;
  readonly security_token?: string;
}

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
  signedHeaders.every((name) => Object.hasOwn(headers, name) && headers[name] !== undefined);

const isNow = ({ scope }: Claim, { headers }: SignedRequest, now: number): boolean => {
  const date = headers['x-sdk-date'];
  return (
    Math.abs(now - readDate(date)) <= SKEW_MS &&
    (scope === undefined || String(date).startsWith(scope.slice(0, 8)))
  );
};

const hasToken = ({ headers }: SignedRequest, token: string | undefined): boolean => {
  const sent = headers['x-security-token'];
  return isSame(sent === undefined ? undefined : String(sent), token);
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
      isSame(hmacSha256(key, [...head, sha256(canonical)].join('\n')).toString('hex'), signature),
    );
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
};

export type BadSignature = 'signed headers' | 'date' | 'security token' | 'body hash' | 'signature';

/** Who signed a request, or the check that failed, with the key that was named, if one was. */
export type SignatureVerdict =
  | { readonly ok: true; readonly ak: string; readonly signature: string }
  | { readonly ok: false; readonly why: 'unreadable authorization'; readonly ak: undefined }
  | { readonly ok: false; readonly why: 'unknown key' | BadSignature; readonly ak: string };

/** Law: it makes every check, whatever the others say. So its time tells nothing of the secret, nor whether there is one. */
const whyBad = (
  request: SignedRequest,
  claim: Claim,
  { sk, security_token: token }: SigningSecret,
  now: number,
): BadSignature | undefined => {
  const checks: readonly (readonly [BadSignature, boolean])[] = [
    ['signed headers', isCanonical(claim, request)],
    ['date', isNow(claim, request, now)],
    ['security token', hasToken(request, token)],
    ['body hash', bodyIsAsSaid(request)],
    ['signature', isSignedWith(sk, claim, request)],
  ];
  return checks.find(([, holds]) => !holds)?.[0];
};

/** Stands in for the secret of an unknown key, so that its refusal takes as long as a wrong signature's. */
const NO_SECRET: SigningSecret = { sk: '0'.repeat(40) };

/**
 * Verifies a request that is signed by an access key, in each form that real clients send. `now` is in milliseconds since
 * 1970. Laws: the time it takes does not depend on whether the key is known. It is written from the vendor's signing guide
 * and the clients' own sources, and shares no code with the signer of calls upstream.
 */
export const verifySignature = (
  request: SignedRequest,
  secretOf: (ak: string) => SigningSecret | undefined,
  now: number,
): SignatureVerdict => {
  const claim = readClaim(request.headers.authorization);
  if (claim === undefined) return { ok: false, why: 'unreadable authorization', ak: undefined };
  const { ak, signature } = claim;
  const secret = secretOf(ak);
  const why = whyBad(request, claim, secret ?? NO_SECRET, now);
  if (secret === undefined) return { ok: false, why: 'unknown key', ak };
  return why === undefined ? { ok: true, ak, signature } : { ok: false, why, ak };
};

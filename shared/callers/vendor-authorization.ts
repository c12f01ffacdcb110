import type { Dialect } from './canonical-request.ts';
import { hkdfSha256, hmacSha256 } from './digest.ts';

/** One way to sign: what the header calls itself, and how the key is made from the secret. */
interface Form {
  readonly algorithm: string;
  readonly credential: RegExp;
  readonly dialect: Dialect;
  readonly keyOf: (ak: string, sk: string, scope: string) => string | Buffer;
}

/** What an `Authorization` header says. */
export interface Claim {
  readonly form: Form;
  readonly ak: string;
  /** `date/region/service`, and more in some forms; undefined where there is no scope. */
  readonly scope: string | undefined;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

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
    keyOf: (_, sk, scope) => scope.split('/').reduce(hmacSha256, Buffer.from(`SDK${sk}`)),
  },
  {
    algorithm: 'V11-HMAC-SHA256',
    credential: /^Credential=(?<ak>[^,\s]+)\/(?<scope>\d{8}\/[^/,\s]+\/[^/,\s]+)$/,
    dialect: 'guide',
    keyOf: (ak, sk, scope) => hkdfSha256(sk, ak, scope).toString('hex'),
  },
];

const AUTHORIZATION =
  /^([A-Z0-9-]+) ([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/** Whether a header names one of the vendor's algorithms, well-formed or not. */
export const isVendorAuthorization = (authorization: string): boolean =>
  /^\s*(SDK|V11)-HMAC-/i.test(authorization);

/** Reads an `Authorization` header in any of the forms. Undefined if it is anything else. */
export const readClaim = (authorization: unknown): Claim | undefined => {
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

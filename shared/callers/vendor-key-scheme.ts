import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { UNSIGNED } from './canonical-request.ts';
import { sha256 } from './digest.ts';
import type { Proof } from './proof.ts';
import type { RawRequest } from './raw-request.ts';
import { ABSENT, failed, type Scheme } from './scheme.ts';
import { isVendorAuthorization } from './vendor-authorization.ts';
import { type SigningSecret, verifySignature } from './vendor-signature.ts';

/** A key pair, and the caller that signs with it. */
export interface VendorKey extends SigningSecret {
  readonly caller: Caller;
}

/** The vendor's clients sign JSON bodies. A signature that leaves the body out would serve for any body. */
const leavesBodyOut = ({ headers, body }: RawRequest): boolean =>
  headers['x-sdk-content-sha256'] === UNSIGNED && body.length > 0;

/**
 * Requests that are signed as the vendor's SDKs sign them, by a key pair of a caller. Laws: the signature covers the raw
 * body. A request that is sent again has the same replay key; two equal requests of one second have it too, because
 * clients sign them alike.
 */
export const vendorKeyScheme =
  (keyOf: (accessKey: string) => VendorKey | undefined): Scheme =>
  (request, now) => {
    const { method, paths, query, headers, body } = request;
    if (!isVendorAuthorization(headers.authorization ?? '')) return ABSENT;
    const signed = { method, paths, query, headers, bodyHash: sha256(body) };
    const verdict = verifySignature(signed, keyOf, now.getTime());
    const key = verdict.ak === undefined ? undefined : keyOf(verdict.ak);
    if (!verdict.ok) {
      const named = key === undefined ? '' : ` of ${verdict.ak}`;
      return failed(`vendor-key: ${verdict.why}${named}`);
    }
    if (key === undefined) return failed('vendor-key: unknown key');
    if (leavesBodyOut(request)) return failed(`vendor-key: unsigned body of ${verdict.ak}`);
    return {
      kind: 'proved',
      caller: key.caller,
      replayKey: sha256(`vendor-key\n${verdict.ak}\n${verdict.signature}`),
    };
  };

/** The scheme of the callers with a key pair. */
export const makeVendorKey = (callers: Callers): Scheme => {
  const keys = new Map(
    callers.flatMap(({ id, grants, proofs }) =>
      proofs.flatMap((proof) =>
        proof.kind === 'vendor-key'
          ? [[proof.access_key, keyOf({ id, grants }, proof)] as const]
          : [],
      ),
    ),
  );
  return vendorKeyScheme((accessKey) => keys.get(accessKey));
};

const keyOf = (
  caller: Caller,
  { secret_key: sk, security_token }: Proof<'vendor-key'>,
): VendorKey => ({ caller, sk, ...(security_token !== undefined && { security_token }) });

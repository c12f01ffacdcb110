import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { isSame, sha256 } from './digest.ts';
import type { RawRequest } from './raw-request.ts';
import { ABSENT, failed, type Proved, type Scheme } from './scheme.ts';

const BEARER = /^bearer +(\S.*)$/i;

/** The tokens that a request carries: in `Authorization`, and in `X-Auth-Token` as the vendor's clients send it. */
const tokensOf = ({ headers }: RawRequest): readonly string[] => {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  const token = headers['x-auth-token'];
  return [...(bearer === undefined ? [] : [bearer]), ...(token ? [token] : [])];
};

interface KnownToken {
  readonly digest: string;
  readonly caller: Caller;
}

const knownIn = (callers: Callers): readonly KnownToken[] =>
  callers.flatMap(({ id, grants, proofs }) =>
    proofs.flatMap((proof) =>
      proof.kind === 'bearer' ? [{ digest: proof.sha256, caller: { id, grants } }] : [],
    ),
  );

/**
 * Bearer tokens (RFC 6750 §2.1), also as `X-Auth-Token`. The secret holds only their digests. Law: the time does not depend
 * on which digest fits, or on how much of it.
 */
export const makeBearer = (callers: Callers): Scheme => {
  const known = knownIn(callers);
  return (request): Proved => {
    const tokens = tokensOf(request);
    if (tokens.length === 0) return ABSENT;
    const fitting = tokens.flatMap((token) => {
      const digest = sha256(token);
      return known.filter((one) => isSame(one.digest, digest));
    });
    const [first] = fitting;
    return first === undefined
      ? failed('bearer: no caller has this token')
      : { kind: 'proved', caller: first.caller };
  };
};

import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { isSame, sha256 } from './digest.ts';
import { ABSENT, failed, type Proved, type Scheme } from './scheme.ts';

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

interface KnownUser {
  readonly user: string;
  readonly passwordDigest: string;
  readonly caller: Caller;
}

const knownIn = (callers: Callers): readonly KnownUser[] =>
  callers.flatMap(({ id, grants, proofs }) =>
    proofs.flatMap((proof) =>
      proof.kind === 'basic'
        ? [
            {
              user: proof.user,
              passwordDigest: proof.password_sha256,
              caller: { id, grants },
            },
          ]
        : [],
    ),
  );

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** RFC 7617 §2: base64 of `user:password`. The password may have colons. */
const credentialsIn = (header: string): Credentials | undefined => {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined || encoded.length % 4 === 1) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/**
 * Basic authentication (RFC 7617). The secret holds only digests of passwords. Law: the time does not depend on which user
 * or password fits, or on how much of it.
 */
export const makeBasic = (callers: Callers): Scheme => {
  const known = knownIn(callers);
  return ({ headers: { authorization = '' } }): Proved => {
    if (!/^basic\b/i.test(authorization)) return ABSENT;
    const given = credentialsIn(authorization);
    if (given === undefined) return failed('basic: the header is malformed');
    const digest = sha256(given.password);
    const fitting = known.filter((one) => {
      const isUser = isSame(one.user, given.user);
      const isPassword = isSame(one.passwordDigest, digest);
      return isUser && isPassword;
    });
    const [first] = fitting;
    return first === undefined
      ? failed('basic: no caller has this user and password')
      : { kind: 'proved', caller: first.caller };
  };
};

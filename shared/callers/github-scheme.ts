import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { hmacSha256, isSame, sha256 } from './digest.ts';
import { ABSENT, failed, type Proved, type Scheme } from './scheme.ts';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

interface Key {
  readonly secret: string;
  readonly caller: Caller;
}

const keysIn = (callers: Callers): readonly Key[] =>
  callers.flatMap(({ id, grants, proofs }) =>
    proofs.flatMap((proof) =>
      proof.kind === 'github' ? [{ secret: proof.secret, caller: { id, grants } }] : [],
    ),
  );

/**
 * `X-Hub-Signature-256`: an HMAC of the raw body. GitHub signs neither a time nor the delivery's id, so a repeat is known
 * by the hash of the body. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const makeGithub = (callers: Callers): Scheme => {
  const keys = keysIn(callers);
  return ({ headers, body }): Proved => {
    const header = headers['x-hub-signature-256'];
    if (header === undefined)
      return 'x-hub-signature' in headers
        ? failed('github: there is only a SHA-1 signature, which is not taken')
        : ABSENT;
    const given = SIGNATURE.exec(header)?.[1]?.toLowerCase();
    if (given === undefined) return failed('github: the signature is malformed');
    const fitting = keys.filter(({ secret }) =>
      isSame(hmacSha256(secret, body).toString('hex'), given),
    );
    const [first] = fitting;
    return first === undefined
      ? failed('github: no secret gives this signature')
      : { kind: 'proved', caller: first.caller, replayKey: `github ${sha256(body)}` };
  };
};

import { Webhook } from 'standardwebhooks';
import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { isSame, verifyEd25519 } from './digest.ts';
import { ABSENT, failed, type Proved, type Scheme } from './scheme.ts';

/** How far the sender's clock may be from ours. */
const TOLERANCE_MS = 5 * 60_000;

/** Whole seconds since 1970. The package signs the number, so only its plain spelling may be signed. */
const SECONDS = /^[1-9]\d{0,11}$/;

const ID = /^[\x21-\x7e]{1,256}$/;

/** A sender signs by each of its live keys. More signatures than this only cost us time. */
const MOST_SIGNATURES = 32;

/** What a sender signs: these three, joined by dots. */
interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
}

/** Whether one of the signatures in the header is of this key. */
type Fits = (signatures: readonly string[], signed: Signed) => boolean;

const signaturesOf = (version: string, signatures: readonly string[]): readonly string[] =>
  signatures
    .filter((text) => text.startsWith(`${version},`))
    .map((text) => text.slice(version.length + 1));

const bytesIn = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** Undefined if the bytes are not UTF-8. A byte order mark is signed too, so it stays. */
const textOf = (body: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
};

/**
 * `v1`: HMAC-SHA256. We take the signature from the package and compare it ourselves. The package's own `verify` reads
 * its own clock, and decodes invalid UTF-8 without complaint, so that bytes other than the signed ones could pass.
 */
const symmetric = (secret: string): Fits => {
  const webhook = new Webhook(bytesIn(secret.slice('whsec_'.length)), { format: 'raw' });
  return (signatures, { id, timestamp, body }) => {
    const given = signaturesOf('v1', signatures);
    const text = given.length === 0 ? undefined : textOf(body);
    if (text === undefined) return false;
    const at = new Date(Number(timestamp) * 1_000);
    const [expected] = signaturesOf('v1', [webhook.sign(id, at, text)]);
    return given.filter((one) => isSame(one, expected)).length > 0;
  };
};

/** `v1a`: ed25519. */
const asymmetric = (secret: string): Fits => {
  const key = bytesIn(secret.slice('whpk_'.length));
  return (signatures, { id, timestamp, body }) => {
    const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
    return signaturesOf('v1a', signatures).some((one) => verifyEd25519(key, content, bytesIn(one)));
  };
};

interface Key {
  readonly fits: Fits;
  readonly caller: Caller;
}

const keysIn = (callers: Callers): readonly Key[] =>
  callers.flatMap(({ id, grants, proofs }) =>
    proofs.flatMap((proof) => {
      if (proof.kind !== 'standard-webhooks') return [];
      const make = proof.secret.startsWith('whpk_') ? asymmetric : symmetric;
      return [{ fits: make(proof.secret), caller: { id, grants } }];
    }),
  );

const faultOf = (id: string, timestamp: string, now: Date): string | undefined => {
  if (!ID.test(id)) return 'webhook-id is missing or malformed';
  if (!SECONDS.test(timestamp)) return 'webhook-timestamp is missing or malformed';
  return Math.abs(now.getTime() - Number(timestamp) * 1_000) > TOLERANCE_MS
    ? 'webhook-timestamp is more than 5 minutes away'
    : undefined;
};

/**
 * Standard Webhooks 1.0.0, symmetric (`v1`) and asymmetric (`v1a`). Any signature by any live key counts. A repeat is known
 * by its `webhook-id`. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const makeStandardWebhooks = (callers: Callers): Scheme => {
  const keys = keysIn(callers);
  return ({ headers, body }, now): Proved => {
    const header = headers['webhook-signature'];
    if (header === undefined) return ABSENT;
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers;
    const fault = faultOf(id, timestamp, now);
    if (fault !== undefined) return failed(`standard-webhooks: ${fault}`);
    const signatures = header.split(' ').filter((one) => one !== '');
    if (signatures.length > MOST_SIGNATURES)
      return failed('standard-webhooks: there are too many signatures');
    const fitting = keys.filter(({ fits }) => fits(signatures, { id, timestamp, body }));
    const [first] = fitting;
    return first === undefined
      ? failed('standard-webhooks: no key gives one of these signatures')
      : { kind: 'proved', caller: first.caller, replayKey: `webhook-id ${id}` };
  };
};

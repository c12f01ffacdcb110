import type { Caller } from './caller.ts';
import type { Callers } from './callers-document.ts';
import { hmacSha256, isSame, verifyEd25519 } from './digest.ts';
import type { RawRequest } from './raw-request.ts';
import { ABSENT, failed, type Proved, type Scheme } from './scheme.ts';

/** How far the sender's clock may be from ours. */
const TOLERANCE_MS = 5 * 60_000;

/** Whole seconds since 1970, in their plain spelling. */
const SECONDS = /^[1-9]\d{0,11}$/;

const ID = /^[\x21-\x7e]{1,256}$/;

/** A sender signs by each of its live keys, which are two while one is replaced. More only cost us time. */
const MOST_SIGNATURES = 4;

type Version = 'v1' | 'v1a';

/** The signatures in a header, by their version, in base64. */
type Signatures = Readonly<Record<Version, readonly string[]>>;

/** Whether one of the signatures is of this key. `content` is what a sender signs. */
type Fits = (signatures: Signatures, content: Uint8Array) => boolean;

const signaturesIn = (header: string): Signatures => {
  const all = header.split(' ');
  const of = (version: Version): readonly string[] =>
    all
      .filter((text) => text.startsWith(`${version},`))
      .map((text) => text.slice(version.length + 1));
  return { v1: of('v1'), v1a: of('v1a') };
};

const bytesIn = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** `v1`: HMAC-SHA256. */
const symmetric = (secret: string): Fits => {
  const key = bytesIn(secret.slice('whsec_'.length));
  return ({ v1 }, content) => {
    if (v1.length === 0) return false;
    const expected = hmacSha256(key, content).toString('base64');
    return v1.filter((one) => isSame(one, expected)).length > 0;
  };
};

/** `v1a`: ed25519. */
const asymmetric = (secret: string): Fits => {
  const key = bytesIn(secret.slice('whpk_'.length));
  return ({ v1a }, content) =>
    v1a.filter((one) => verifyEd25519(key, content, bytesIn(one))).length > 0;
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

/** What a sender says of a delivery, in three headers. */
interface Said {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** Svix and its customers send the second family: https://docs.svix.com/receiving/verifying-payloads/how-manual */
const FAMILIES = ['webhook', 'svix'];

/** Law: the three headers are of one family. One that is whole counts before one that is not. */
const saidIn = (headers: RawRequest['headers']): Said | undefined => {
  const signed = FAMILIES.flatMap((family) => {
    const signature = headers[`${family}-signature`];
    const id = headers[`${family}-id`] ?? '';
    const timestamp = headers[`${family}-timestamp`] ?? '';
    return signature === undefined ? [] : [{ id, timestamp, signature }];
  });
  return signed.find(({ id, timestamp }) => id !== '' && timestamp !== '') ?? signed[0];
};

const faultOf = (
  { id, timestamp }: Said,
  signatures: Signatures,
  now: Date,
): string | undefined => {
  if (!ID.test(id)) return 'webhook-id is missing or malformed';
  if (!SECONDS.test(timestamp)) return 'webhook-timestamp is missing or malformed';
  if (Math.abs(now.getTime() - Number(timestamp) * 1_000) > TOLERANCE_MS)
    return 'webhook-timestamp is more than 5 minutes away';
  return Math.max(signatures.v1.length, signatures.v1a.length) > MOST_SIGNATURES
    ? 'there are too many signatures'
    : undefined;
};

/**
 * Standard Webhooks 1.0.0, symmetric (`v1`) and asymmetric (`v1a`), over the raw bytes. Any signature by any live key counts.
 * A repeat is known by its `webhook-id`.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const makeStandardWebhooks = (callers: Callers): Scheme => {
  const keys = keysIn(callers);
  return ({ headers, body }, now): Proved => {
    const said = saidIn(headers);
    if (said === undefined) return ABSENT;
    const signatures = signaturesIn(said.signature);
    const fault = faultOf(said, signatures, now);
    if (fault !== undefined) return failed(`standard-webhooks: ${fault}`);
    const content = Buffer.concat([Buffer.from(`${said.id}.${said.timestamp}.`), body]);
    const fitting = keys.filter(({ fits }) => fits(signatures, content));
    const [first] = fitting;
    return first === undefined
      ? failed('standard-webhooks: no key gives one of these signatures')
      : { kind: 'proved', caller: first.caller, replayKey: `webhook-id ${said.id}` };
  };
};

import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { KeyPair } from './callers.ts';
import { headerOf, sentPath, type Wire, withHeader } from './wire.ts';

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** `YYYYMMDDTHHMMSSZ`. */
const sdkDate = (at: number): string =>
  `${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

export type VendorForm = 'plain' | 'scoped' | 'V11';

interface Form {
  readonly algorithm: string;
  readonly scope: (day: string) => string | undefined;
  readonly key: (pair: KeyPair, scope: string) => string | Buffer;
}

/** The vendor's signing guide, gophertelekomcloud's `signer_helper.go`, and the SDKs' `derived_signer`. */
const FORMS: Readonly<Record<VendorForm, Form>> = {
  plain: { algorithm: 'SDK-HMAC-SHA256', scope: () => undefined, key: ({ sk }) => sk },
  scoped: {
    algorithm: 'SDK-HMAC-SHA256',
    scope: (day) => `${day}/eu-de/dli/sdk_request`,
    key: ({ sk }, scope) => scope.split('/').reduce(hmac, Buffer.from(`SDK${sk}`)),
  },
  V11: {
    algorithm: 'V11-HMAC-SHA256',
    scope: (day) => `${day}/eu-de/dli`,
    key: ({ ak, sk }, scope) => Buffer.from(hkdfSync('sha256', sk, ak, scope, 32)).toString('hex'),
  },
};

const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** Paths and queries of the fuzz are plain: no character of them needs to be encoded. */
const canonicalText = (wire: Wire, names: readonly string[]): string =>
  [
    wire.method,
    `${sentPath(wire)}/`,
    wire.query.split('&').toSorted().join('&'),
    ...names.map((name) => `${name}:${headerOf(wire, name)?.trim()}`),
    '',
    names.join(';'),
    headerOf(wire, 'X-Sdk-Content-Sha256') === UNSIGNED ? UNSIGNED : sha256(wire.body),
  ].join('\n');

interface SigningOptions {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly form: VendorForm;
  readonly signed: readonly string[];
  /** What the signature does not cover, though it has to. */
  readonly leavesOut?: 'date' | 'body' | undefined;
}

const withToken = (wire: Wire, { token }: KeyPair): Wire =>
  token === undefined ? wire : withHeader(wire, 'X-Security-Token', token);

const unsigned = (wire: Wire): Wire => withHeader(wire, 'X-Sdk-Content-Sha256', UNSIGNED);

/** Signs a request as the vendor's clients do, with these headers and the date. */
export const signAsVendor = (
  bare: Wire,
  pair: KeyPair,
  { at, form, signed, leavesOut }: SigningOptions,
): Wire => {
  const { algorithm, scope: scopeOf, key } = FORMS[form];
  const date = sdkDate(at);
  const dated = withToken(withHeader(bare, 'X-Sdk-Date', date), pair);
  const wire = leavesOut === 'body' ? unsigned(dated) : dated;
  const names = [...signed, ...(leavesOut === 'date' ? [] : ['x-sdk-date'])].toSorted();
  const scope = scopeOf(date.slice(0, 8));
  const text = [algorithm, date, ...(scope === undefined ? [] : [scope])];
  const toSign = [...text, sha256(canonicalText(wire, names))].join('\n');
  const signature = hmac(key(pair, scope ?? ''), toSign).toString('hex');
  const credential = scope === undefined ? `Access=${pair.ak}` : `Credential=${pair.ak}/${scope}`;
  return withHeader(
    wire,
    'Authorization',
    `${algorithm} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  );
};

import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, fingerprintOf, sha256, sign } from '../../shared/edge/signer.ts';
import type { KeyPair } from '../../shared/upstream/credentials.ts';

interface Oracle {
  readonly sign: (request: object, credential: object) => Readonly<Record<string, string>>;
}

/** The vendor's own signer. Its package does not export it. */
const { AKSKSigner: oracle }: { readonly AKSKSigner: Oracle } = createRequire(import.meta.url)(
  '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js',
);

const KEY: KeyPair = {
  kind: 'key',
  access: 'QTWAOYTTINDUT2QVKYUC',
  secret: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc',
};
const NOW = new Date('2019-11-15T03:36:55.321Z');

describe('the test vector of the signing guide', () => {
  const request = {
    method: 'GET',
    url: 'https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
    headers: { 'Content-Type': 'application/json' },
  };

  it('the canonical request', () => {
    const headers = {
      'content-type': 'application/json',
      host: 'service.region.example.com',
      'x-sdk-date': '20191115T033655Z',
    };
    expect(sha256(canonicalRequest({ ...request, headers }))).toBe(
      'b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a',
    );
  });

  it('the signature, and all headers', () => {
    expect(sign(request, KEY, NOW)).toEqual({
      'content-type': 'application/json',
      host: 'service.region.example.com',
      'x-sdk-date': '20191115T033655Z',
      authorization:
        'SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
    });
  });
});

/** Any text of whole characters. */
const text = fc.string({ unit: 'binary', maxLength: 12 });

/** Characters that the oracle's URL parser leaves as they are. The table below has the others. */
const segment = text
  .map((some) => some.replace(/[\s\p{Cc}{}|\\^`<>"'#?/;@]/gu, ''))
  .filter((some) => !/^\.{0,2}$/.test(some));

const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  host: fc.constantFrom('dli.example.com', '127.0.0.1:8080', 'drs.eu-de.otc.t-systems.com:444'),
  path: fc.array(segment, { maxLength: 5 }),
  slash: fc.boolean(),
  query: fc.array(fc.tuple(text, text), { maxLength: 5 }),
  headers: fc.dictionary(
    fc.stringMatching(/^[Xx]-[a-zA-Z0-9-]{1,9}$/).filter((name) => !/^x-sdk-/i.test(name)),
    fc.stringMatching(/^[!-~]{1,20}$/),
    { maxKeys: 3 },
  ),
  project: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  body: fc.option(fc.jsonValue().filter(Boolean), { nil: undefined }),
  securityToken: fc.option(fc.stringMatching(/^[!-~]{1,60}$/), { nil: undefined }),
  now: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
});

const distinctNames = (headers: Readonly<Record<string, string>>): boolean =>
  new Set(Object.keys(headers).map((name) => name.toLowerCase())).size ===
  Object.keys(headers).length;

type Drawn = typeof requests extends fc.Arbitrary<infer Each> ? Each : never;

const headersOf = ({ headers, project }: Drawn) => ({
  ...headers,
  'content-type': 'application/json',
  'X-Project-Id': project,
});

const signedByUs = (drawn: Drawn) => {
  const { method, host, path, slash, query, body, now, securityToken } = drawn;
  const place = `${path.map(encodeURIComponent).join('/')}${slash ? '/' : ''}`;
  return sign(
    {
      method,
      url: `https://${host}/${place}?${new URLSearchParams(query)}`,
      headers: headersOf(drawn),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
    { ...KEY, ...(securityToken !== undefined && { securityToken }) },
    now,
  );
};

const signedByVendor = (drawn: Drawn) => {
  const { method, host, path, slash, query, body, now, securityToken } = drawn;
  const queryParams: Record<string, string[]> = Object.create(null);
  for (const [name, value] of query) queryParams[name] = [...(queryParams[name] ?? []), value];
  const headers = {
    ...headersOf(drawn),
    'X-Sdk-Date': now.toISOString().replace(/[-:]|\.\d+/g, ''),
    ...(securityToken !== undefined && { 'X-Security-Token': securityToken }),
  };
  const endpoint = `https://${host}/${path.join('/')}${slash ? '/' : ''}`;
  return oracle.sign(
    { method, endpoint, queryParams, headers, data: body },
    { getAk: () => KEY.access, getSk: () => KEY.secret },
  );
};

describe('the vendor’s own signer signs the same', () => {
  it('odd paths, queries, unicode, empty bodies and temporary keys', () => {
    fc.assert(
      fc.property(requests, (drawn) => {
        fc.pre(distinctNames({ ...headersOf(drawn), 'X-Security-Token': '', host: '' }));
        expect(signedByUs(drawn).authorization).toBe(signedByVendor(drawn).Authorization);
      }),
      { numRuns: 500 },
    );
  });

  it('characters that a URL escapes are escaped once', () => {
    const path = (url: string): string | undefined =>
      canonicalRequest({ method: 'GET', url, headers: {} }).split('\n')[1];
    expect(path('https://h')).toBe('/');
    expect(path('https://h/a b')).toBe('/a%20b/');
    expect(path('https://h/a%20b/')).toBe('/a%20b/');
    expect(path('https://h/a%2Fb')).toBe('/a%2Fb/');
    expect(path("https://h/(a)'!*{}")).toBe('/%28a%29%27%21%2A%7B%7D/');
    expect(path('https://h/100%/é')).toBe('/100%25/%C3%A9/');
  });

  it('header values are signed as they are sent, without surrounding spaces', () => {
    const signed = sign({ method: 'GET', url: 'https://h/', headers: { 'X-A': ' b ' } }, KEY, NOW);
    expect(signed['x-a']).toBe('b');
  });
});

describe('a fingerprint identifies a credential, and reveals nothing of it', () => {
  const user = { kind: 'user', user: 'u', password: 'p', domain: 'd' } as const;

  it('equal credentials have equal fingerprints of 16 hex digits', async () => {
    for (const credential of [KEY, user]) {
      expect(await fingerprintOf({ ...credential })).toBe(await fingerprintOf(credential));
      expect(await fingerprintOf(credential)).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it('any difference changes it', async () => {
    const others = [
      KEY,
      { ...KEY, access: `${KEY.access}x` },
      { ...KEY, secret: `${KEY.secret}x` },
      { ...KEY, securityToken: 'x' },
      user,
      { ...user, user: 'v' },
      { ...user, password: 'q' },
      { ...user, domain: 'e' },
    ];
    expect(new Set(await Promise.all(others.map(fingerprintOf))).size).toBe(others.length);
  });
});

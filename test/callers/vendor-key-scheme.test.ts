import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../shared/callers/raw-request.ts';
import type { Proved } from '../../shared/callers/scheme.ts';
import { type VendorKey, vendorKeyScheme } from '../../shared/callers/vendor-key-scheme.ts';
import { signAsVendor } from '../local/sign-as-vendor.ts';
import { dateOf, RECORDS, type SignedRecord } from './signed-requests.ts';

const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
const NOW = new Date('2026-11-28T12:00:00Z');
const MINUTE = 60_000;

const bot = { id: 'deploy-bot', grants: [] };
const other = { id: 'other', grants: [] };

const KEYS = new Map<string, VendorKey>([
  ['AKEXAMPLE1', { caller: bot, sk: 'sk-made-up-1' }],
  ['AKTEMP2', { caller: bot, sk: 'sk-made-up-2', security_token: 'token-made-up-2' }],
  ['AKOTHER', { caller: other, sk: 'sk-of-another' }],
]);

const scheme = vendorKeyScheme((accessKey) => KEYS.get(accessKey));

const lower = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bytesOf = (body: unknown): Uint8Array =>
  Buffer.from(body === undefined ? '' : JSON.stringify(body));

/** A request as the vendor's own client signs it, and as the front door gets it. */
const signed = (
  key = { ak: 'AKEXAMPLE1', sk: 'sk-made-up-1' },
  {
    at = NOW.getTime(),
    path = RUN,
    headers = {},
  }: {
    at?: number;
    path?: string;
    headers?: Record<string, string>;
  } = {},
): RawRequest => {
  const body = { job_ids: [131] };
  const url = `https://jobs.example.com${path}`;
  return {
    method: 'POST',
    paths: [path],
    query: '',
    headers: lower(signAsVendor(key, { method: 'POST', url, body, at, headers })),
    body: bytesOf(body),
  };
};

const recorded = ({ method, url, headers, body }: SignedRecord): RawRequest => {
  const [path = ''] = url.split('?', 1);
  return {
    method,
    paths: [path],
    query: url.slice(path.length + 1),
    headers,
    body: Buffer.from(body),
  };
};

const prove = async (request: RawRequest, now = NOW): Promise<Proved> => scheme(request, now);

const withHeaders = (request: RawRequest, headers: Record<string, string>): RawRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

const authorizationOf = ({ headers }: RawRequest): string => headers.authorization ?? '';

const changed = (request: RawRequest, change: (authorization: string) => string): RawRequest =>
  withHeaders(request, { authorization: change(authorizationOf(request)) });

describe('a request that is signed by a key pair of a caller is that caller’s', () => {
  it('as the vendor’s own client signs it', async () => {
    expect(await prove(signed())).toEqual({
      kind: 'proved',
      caller: bot,
      replayKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await prove(signed({ ak: 'AKOTHER', sk: 'sk-of-another' }))).toMatchObject({
      caller: other,
    });
  });

  const ours = RECORDS.filter(
    ({ headers, body }) => body === '' || headers['x-sdk-content-sha256'] === undefined,
  );
  it.each(ours.map((record) => [`${record.client}: ${record.url}`, record] as const))(
    '%s',
    async (_, record) => {
      const proved = await prove(recorded(record), new Date(dateOf(record)));
      expect(proved).toMatchObject({ kind: 'proved', caller: bot });
    },
  );

  it('with the stage or the base path in the path that was signed, and without', async () => {
    for (const path of [`/dev${RUN}`, `/jobs${RUN}`, RUN]) {
      const request = { ...signed(undefined, { path }), paths: [`/dev${RUN}`, `/jobs${RUN}`, RUN] };
      expect(await prove(request)).toMatchObject({ kind: 'proved' });
    }
  });

  it('fifteen minutes off, and no longer', async () => {
    for (const minutes of [-15, 15]) {
      const at = NOW.getTime() + minutes * MINUTE;
      expect(await prove(signed(undefined, { at }))).toMatchObject({ kind: 'proved' });
      const beyond = signed(undefined, { at: at + Math.sign(minutes) * 1_000 });
      expect(await prove(beyond)).toEqual({
        kind: 'failed',
        check: 'vendor-key: date of AKEXAMPLE1',
      });
    }
  });

  it('with a header in any script, whether it is read as Latin-1 or as UTF-8', async () => {
    const request = signed(undefined, { headers: { 'x-note': 'Größe 作业' } });
    expect(await prove(request)).toMatchObject({ kind: 'proved' });
    const latin1 = Buffer.from('Größe 作业', 'utf8').toString('latin1');
    expect(await prove(withHeaders(request, { 'x-note': latin1 }))).toMatchObject({
      kind: 'proved',
    });
  });
});

describe('the same request again has the same replay key', () => {
  const keyOf = async (request: RawRequest) => {
    const proved = await prove(request);
    return proved.kind === 'proved' ? proved.replayKey : undefined;
  };

  it('also two equal requests of one second, also with other headers that are not signed', async () => {
    const key = await keyOf(signed());
    expect(key).toBeDefined();
    expect(await keyOf(signed())).toBe(key);
    expect(await keyOf(withHeaders(signed(), { 'x-correlation-id': 'other' }))).toBe(key);
  });

  it('another second, another path or another key pair has another', async () => {
    const keys = await Promise.all([
      keyOf(signed()),
      keyOf(signed(undefined, { at: NOW.getTime() + 1_000 })),
      keyOf(signed(undefined, { path: RUN.replace('run', 'stop') })),
      keyOf(signed({ ak: 'AKOTHER', sk: 'sk-of-another' })),
    ]);
    expect(new Set(keys).size).toBe(4);
  });
});

describe('what is no request of this scheme is another scheme’s', () => {
  it.each(['', 'Bearer abc', 'Basic eDp5', 'AWS4-HMAC-SHA256 Credential=x'])('%j', async (text) => {
    const request = signed();
    const { authorization: _, ...headers } = request.headers;
    const tried =
      text === '' ? { ...request, headers } : withHeaders(request, { authorization: text });
    expect(await prove(tried)).toEqual({ kind: 'absent' });
  });
});

describe('bad signatures prove nothing', () => {
  const flip = (text: string): string => text.replace(/.$/, (x) => (x === '0' ? '1' : '0'));
  const names = (list: string) => (text: string) =>
    text.replace(/SignedHeaders=[^,]+/, `SignedHeaders=${list}`);
  const known = ' of AKEXAMPLE1';

  it.each<[string, (request: RawRequest) => RawRequest, string]>([
    ['forged', (r) => changed(r, flip), `signature${known}`],
    ['by another secret', () => signed({ ak: 'AKEXAMPLE1', sk: 'guess' }), `signature${known}`],
    ['by an unknown key', () => signed({ ak: 'AKUNKNOWN', sk: 'guess' }), 'unknown key'],
    [
      'of a key in another’s name',
      (r) => changed(r, (a) => a.replace('AKEXAMPLE1', 'AKOTHER')),
      'signature of AKOTHER',
    ],
    ['truncated by a digit', (r) => changed(r, (a) => a.slice(0, -1)), 'unreadable authorization'],
    [
      'truncated to its algorithm',
      (r) => changed(r, () => 'SDK-HMAC-SHA256'),
      'unreadable authorization',
    ],
    [
      'in upper case',
      (r) => changed(r, (a) => a.replace(/[0-9a-f]{64}$/, (x) => x.toUpperCase())),
      'unreadable authorization',
    ],
    [
      'with an algorithm in lower case',
      (r) => changed(r, (a) => a.replace('SDK-HMAC', 'sdk-hmac')),
      'unreadable authorization',
    ],
    ['sent twice', (r) => changed(r, (a) => `${a},${a}`), 'unreadable authorization'],
    [
      'sent twice, the second by another',
      (r) => changed(r, (a) => `${a}, Bearer x`),
      'unreadable authorization',
    ],
    [
      'with names out of order',
      (r) => changed(r, names('x-sdk-date;content-type')),
      `signed headers${known}`,
    ],
    [
      'with a name twice',
      (r) => changed(r, names('x-sdk-date;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'with names in mixed case',
      (r) => changed(r, names('Content-Type;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'without the date among the names',
      (r) => changed(r, names('content-type;host')),
      `signed headers${known}`,
    ],
    [
      'with a name of no header',
      (r) => changed(r, names('constructor;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'with fewer names than were signed',
      (r) => changed(r, names('x-sdk-date')),
      `signature${known}`,
    ],
    [
      'with the date sent twice',
      (r) => withHeaders(r, { 'x-sdk-date': '20261128T120000Z,20261128T120000Z' }),
      `date${known}`,
    ],
    [
      'with a date of no calendar',
      (r) => withHeaders(r, { 'x-sdk-date': '20261399T990000Z' }),
      `date${known}`,
    ],
    [
      'with another date',
      (r) => withHeaders(r, { 'x-sdk-date': '20261128T120001Z' }),
      `signature${known}`,
    ],
    [
      'with a signed header sent twice',
      (r) => withHeaders(r, { 'content-type': 'application/json,application/json' }),
      `signature${known}`,
    ],
    [
      'with a signed header folded',
      (r) => withHeaders(r, { 'content-type': 'application/\r\n json' }),
      `signature${known}`,
    ],
    [
      'with a body changed after signing',
      (r) => ({ ...r, body: bytesOf({ job_ids: [132] }) }),
      `signature${known}`,
    ],
    [
      'with a body that has one byte more',
      (r) => ({ ...r, body: Buffer.from('{"job_ids":[131]} ') }),
      `signature${known}`,
    ],
    ['with no body any more', (r) => ({ ...r, body: new Uint8Array() }), `signature${known}`],
    [
      'with the hash of another body',
      (r) => withHeaders(r, { 'x-sdk-content-sha256': '0'.repeat(64) }),
      `body hash${known}`,
    ],
    [
      'said to leave the body out',
      (r) => withHeaders(r, { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' }),
      `signature${known}`,
    ],
    [
      'that really leaves the body out',
      () => signed(undefined, { headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } }),
      'unsigned body of AKEXAMPLE1',
    ],
    ['for another method', (r) => ({ ...r, method: 'DELETE' }), `signature${known}`],
    ['with a query added', (r) => ({ ...r, query: 'wait=20' }), `signature${known}`],
    [
      'with a security token added',
      (r) => withHeaders(r, { 'x-security-token': 'x' }),
      `security token${known}`,
    ],
    [
      'for another project',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, 'other')] }),
      `signature${known}`,
    ],
    [
      'for a project with a slash in it',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, `${PROJECT}%2Fx`)] }),
      `signature${known}`,
    ],
    [
      'for a project above another',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, `x/../${PROJECT}`)] }),
      `signature${known}`,
    ],
    [
      'for a project encoded twice',
      (r) => ({ ...r, paths: [RUN.replace('054', '%25%30%35%34')] }),
      `signature${known}`,
    ],
    [
      'for a path with a stray percent sign',
      (r) => ({ ...r, paths: [`${RUN}%`] }),
      `signature${known}`,
    ],
    [
      'for a path with half a character',
      (r) => ({ ...r, paths: [`${RUN}\ud800`] }),
      `signature${known}`,
    ],
  ])('%s', async (_, change, check) => {
    expect(await prove(change(signed()))).toEqual({
      kind: 'failed',
      check: `vendor-key: ${check}`,
    });
  });

  it('a check names no secret, no signature, and no key that we do not know', async () => {
    const request = signed({ ak: 'AKUNKNOWN', sk: 'guess' });
    expect(JSON.stringify(await prove(request))).not.toMatch(/AKUNKNOWN|guess|[0-9a-f]{64}/);
  });
});

describe('an unknown key takes as long as a wrong signature', () => {
  /** The median time of each refusal, in nanoseconds. They take turns, so that a busy machine slows both. */
  const timesOf = (requests: readonly RawRequest[]): readonly number[] => {
    const rounds = Array.from({ length: 500 }, () =>
      requests.map((request) => {
        const from = process.hrtime.bigint();
        scheme(request, NOW);
        return Number(process.hrtime.bigint() - from);
      }),
    );
    return requests.map(
      (_, i) => rounds.map((times) => times[i] ?? 0).toSorted((a, b) => a - b)[250] ?? 0,
    );
  };

  it('within half of it', () => {
    const wrong = signed({ ak: 'AKEXAMPLE1', sk: 'guess' });
    const unknown = signed({ ak: 'AKUNKNOWN00', sk: 'guess' });
    const [a = 0, b = 0] = timesOf([wrong, unknown]);
    expect(Math.abs(a - b) / Math.max(a, b)).toBeLessThan(0.5);
  });
});

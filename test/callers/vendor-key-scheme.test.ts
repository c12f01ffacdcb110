import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../shared/callers/raw-request.ts';
import { bot, MINUTE, NOW, other, prove, RUN, signed, withHeaders } from './signed-by-vendor.ts';
import { dateOf, RECORDS, type SignedRecord } from './signed-requests.ts';

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

import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  beginGuarded,
  FORGED,
  KEY,
  MINUTE,
  refused,
  START_AT,
  TEMPORARY,
} from './begin-guarded.ts';
import { PROJECT, parsed, RUN, START, STATUS, STOP } from './begin-upstream.ts';

const DETAIL = `/v1.0/${PROJECT}/streaming/jobs/1`;

describe('a request that the vendor’s client signed is let in', () => {
  it.each([
    ['dli.run', { path: RUN, body: { job_ids: [1], resume_savepoint: true } }, 200],
    ['dli.stop', { path: STOP, body: { job_ids: [1] } }, 200],
    ['drs.start', { path: START, body: { jobs: [{ job_id: 'a' }] } }, 202],
    ['a look without a body', { path: DETAIL, method: 'GET' }, 200],
    ['a look with one', { path: STATUS, body: { jobs: ['a'] } }, 200],
    [
      'a query out of order, with what must be encoded',
      { path: DETAIL, method: 'GET', query: { z: 'a b', a: "é'()*!~+&=/", A: '' } },
      200,
    ],
    ['words in any script', { body: { job_ids: [1], note: 'Größe 作业 🚀' } }, 200],
    ['its project', { headers: { 'X-Project-Id': PROJECT } }, 200],
    ['a query and no body', { path: DETAIL, method: 'GET', query: { a: '1' } }, 200],
    ['more headers', { headers: { 'X-Language': 'zh-cn', 'User-Agent': 'a  b' } }, 200],
    ['no body signed', { headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } }, 200],
  ] as const)('%s', async (_, changes, status) => {
    const { call, refusals, standing } = await beginGuarded({ keys: [KEY] });
    expect((await call(KEY, changes)).status).toBe(status);
    expect(refusals).toEqual([]);
    expect(standing('KEY1')).toEqual({
      ak: 'KEY1',
      calls: 1,
      tokens: 0,
      badSignatures: 0,
      badInARow: 0,
      locked: false,
      known: true,
    });
  });

  it('with a temporary key, its token sent and signed', async () => {
    const { call } = await beginGuarded({ keys: [KEY, TEMPORARY] });
    expect((await call(TEMPORARY)).status).toBe(200);
  });

  it.each([-15, 15])('%d minutes off', async (minutes) => {
    const { call } = await beginGuarded({ keys: [KEY] });
    expect((await call(KEY, { at: START_AT + minutes * MINUTE })).status).toBe(200);
  });
});

describe('what is not signed well is refused before its body is looked at, and is no call', () => {
  const { security_token: _, ...withoutToken } = TEMPORARY;
  it.each([
    ['another secret', FORGED, {}, 'signature'],
    ['a body that was changed on the way', KEY, { sent: '{"job_ids":[2]}' }, 'signature'],
    ['a body that is no request', FORGED, { sent: 'no json' }, 'signature'],
    ['a date too early', KEY, { at: START_AT - 15 * MINUTE - 1_000 }, 'date'],
    ['a date too late', KEY, { at: START_AT + 15 * MINUTE + 1_000 }, 'date'],
    ['a temporary key without its token', withoutToken, {}, 'security token'],
    ['or with another', { ...TEMPORARY, security_token: 'x' }, {}, 'security token'],
    ['a permanent key with a token', { ...KEY, security_token: 'x' }, {}, 'security token'],
    [
      'the hash of another body',
      KEY,
      { headers: { 'X-Sdk-Content-Sha256': '0'.repeat(64) } },
      'body hash',
    ],
    ['an unknown key', { ...KEY, ak: 'WHO' }, {}, 'unknown key'],
  ] as const)('%s', async (_, key, changes, why) => {
    const { call, calls, refusals, dliEffects } = await beginGuarded({ keys: [KEY, TEMPORARY] });
    expect(parsed(await call(key, changes))).toEqual(refused(why));
    expect(calls).toEqual([]);
    expect(refusals).toEqual([{ at: START_AT, path: RUN, who: { ak: key.ak }, why, status: 401 }]);
    expect(dliEffects('1')).toEqual([]);
  });

  it.each([
    ['nothing', () => ({}), 'no credentials'],
    ['another scheme', () => ({ authorization: 'Basic eDp5' }), 'unreadable authorization'],
    ['an unknown token', () => ({ 'x-auth-token': 'x' }), 'unknown token'],
    [
      'a token set after signing with a permanent key',
      (h) => ({ ...h, 'x-security-token': 'x' }),
      'security token',
    ],
    [
      'a body said to be unsigned after signing',
      (h) => ({ ...h, 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' }),
      'signature',
    ],
    ['a header dropped after signing', ({ 'content-type': _, ...h }) => h, 'signed headers'],
    ['a header changed after signing', (h) => ({ ...h, 'content-type': 'x' }), 'signature'],
    [
      'a date changed after signing',
      (h) => ({ ...h, 'X-Sdk-Date': '19700101T001641Z' }),
      'signature',
    ],
    ['no date', (h) => ({ ...h, 'X-Sdk-Date': 'today' }), 'date'],
  ] satisfies [string, (headers: Record<string, string>) => Record<string, string>, string][])(
    '%s',
    async (_, change, why) => {
      const { sign, send, refusals } = await beginGuarded({ keys: [KEY] });
      const body = { job_ids: [1] };
      const headers = change(sign(KEY, { body }));
      expect(parsed(await send('POST', RUN, JSON.stringify(body), headers))).toEqual(refused(why));
      expect(refusals.map(({ why }) => why)).toEqual([why]);
    },
  );

  it.each([
    ['not the host, as the Go SDKs do', ['x-sdk-date'], undefined],
    ['not the date', ['host'], 'signed headers'],
    ['nothing in order', ['x-sdk-date', 'host'], 'signed headers'],
    ['a header twice', ['x-sdk-date', 'x-sdk-date'], 'signed headers'],
    ['a header in capitals', ['HOST', 'x-sdk-date'], 'signed headers'],
  ])('a signature that covers %s', async (_, names, why) => {
    const { url, send, refusals } = await beginGuarded({ keys: [KEY] });
    const known: Record<string, string> = {
      host: new URL(url).host,
      'x-sdk-date': '19700101T001640Z',
    };
    const lines = names.map((name) => `${name}:${known[name]}\n`).join('');
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const canonical = `GET\n${DETAIL}/\n\n${lines}\n${names.join(';')}\n${hash('')}`;
    const toSign = `SDK-HMAC-SHA256\n${known['x-sdk-date']}\n${hash(canonical)}`;
    const signature = createHmac('sha256', KEY.sk).update(toSign).digest('hex');
    const authorization = `SDK-HMAC-SHA256 Access=${KEY.ak}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    await send('GET', DETAIL, null, { 'x-sdk-date': '19700101T001640Z', authorization });
    expect(refusals.map(({ why }) => why)).toEqual(why === undefined ? [] : [why]);
  });

  it('a header that names another project, set after signing', async () => {
    const { sign, send, refusals } = await beginGuarded({ keys: [KEY] });
    const body = { job_ids: [1] };
    const headers = { ...sign(KEY, { body }), 'x-project-id': 'other' };
    expect((await send('POST', RUN, JSON.stringify(body), headers)).status).toBe(403);
    expect(refusals).toMatchObject([{ why: 'another project', status: 403 }]);
  });

  it('a header that names another project, the signature itself being good', async () => {
    const { call, refusals, standing } = await beginGuarded({ keys: [KEY] });
    const { status, text } = await call(KEY, { headers: { 'X-Project-Id': 'other' } });
    expect([status, JSON.parse(text).error_code]).toEqual([403, 'APIGW.0302']);
    expect(refusals).toMatchObject([{ why: 'another project', status: 403 }]);
    expect(standing('KEY1')).toMatchObject({ calls: 0, badSignatures: 0 });
  });

  it('a key that is for another project alone', async () => {
    const { call, refusals } = await beginGuarded({ keys: [{ ...KEY, projects: ['other'] }] });
    expect((await call(KEY)).status).toBe(403);
    expect(refusals).toMatchObject([{ why: 'another project', who: { ak: 'KEY1' } }]);
    expect((await call(KEY, { path: RUN.replace(PROJECT, 'other') })).status).toBe(200);
  });

  it('looks too, and they are no looks', async () => {
    const { get, post, looks, refusals } = await beginGuarded({ keys: [KEY] });
    expect([(await get(DETAIL)).status, (await post(STATUS, '{"jobs":["a"]}')).status]).toEqual([
      401, 401,
    ]);
    expect([looks.length, refusals.length]).toEqual([0, 2]);
  });

  it('a path that is no endpoint is none to anybody', async () => {
    const { post, refusals } = await beginGuarded({ keys: [KEY] });
    expect((await post('/v1.0/p/streaming/jobs/list', '{}')).status).toBe(404);
    expect(refusals).toEqual([]);
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallerEntry, Callers } from '../../shared/callers/callers-document.ts';
import { invokeOn } from '../support/invoke.ts';
import { exchange, rawRequest } from '../support/raw-http.ts';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath } from '../support/vendor.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const botWith = (...tokens: readonly string[]): CallerEntry => ({
  id: 'bot',
  proofs: tokens.map((token) => ({ kind: 'bearer', sha256: digestOf(token) })),
  grants: [{ projects: ['mine'], operations: ['dli.run'] }],
});
const user: CallerEntry = {
  id: 'user',
  proofs: [{ kind: 'basic', user: 'alert', password_sha256: digestOf('pass') }],
  grants: [{ projects: ['mine'], operations: ['dli.run'], jobs: ['7'] }],
};

const folder = mkdtempSync(join(tmpdir(), 'callers-'));
const file = join(folder, 'callers.json');
const write = (callers: Callers): void => writeFileSync(file, JSON.stringify({ callers }));

const BODY = '{"job_ids":[7]}';
const GOOD = { authorization: 'Bearer first-token' };

let stack: TestStack;
beforeAll(async () => {
  write([botWith('first-token', 'second-token'), user]);
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    CALLERS_FILE: file,
    SECRETS_TTL_SECONDS: '1',
    BASE_PATH: '/jobs',
  });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const ask = (headers: Readonly<Record<string, string>>, path = runPath('mine'), body = BODY) =>
  sendUnproved(stack.url + path, body, { ...JSON_TYPE, ...headers });
const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> =>
  (await ask(...asked)).status;

describe('a bad credential does not come in', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['forged', { authorization: 'Bearer another-token' }],
    ['truncated', { authorization: 'Bearer first-toke' }],
    ['with more behind it', { authorization: 'Bearer first-token x' }],
    ['in another case', { authorization: 'Bearer FIRST-TOKEN' }],
    ['its digest', { authorization: `Bearer ${digestOf('first-token')}` }],
    ['two tokens', { authorization: 'Bearer first-token, Bearer second-token' }],
    ['of another scheme', { authorization: 'Token first-token' }],
    ['in a cookie', { cookie: 'authorization=Bearer first-token' }],
    ['a password as a token', { authorization: 'Bearer pass' }],
    ['a password of another user', { authorization: `Basic ${btoa('bot:pass')}` }],
    ['a password without its user', { authorization: `Basic ${btoa(':pass')}` }],
    ['a token as a password', { authorization: `Basic ${btoa('bot:first-token')}` }],
  ])('%s', async (_, headers) => {
    const answer = await ask(headers);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      401,
      { error_code: 'APIGW.0301', error_msg: expect.any(String) },
    ]);
  });

  test('in a query, and on every path', async () => {
    expect(await statusOf({}, `${runPath('mine')}?token=first-token`)).toBe(401);
    expect(await statusOf({}, INTENTS_PATH)).toBe(401);
    expect(await statusOf({}, '/jobs/v1/intents')).toBe(401);
  });
});

describe('headers as they go over the wire', () => {
  const wire = async (...headers: readonly string[]): Promise<number | undefined> => {
    const lines = ['Content-Type: application/json', ...headers];
    const own = rawRequest('POST', runPath('mine'), BODY, lines).replace(
      /^Authorization: Bearer dev-token\r\n/m,
      '',
    );
    return (await exchange(stack.url, own))?.status;
  };

  test('a name in any case', async () => {
    expect(await wire('AUTHORIZATION: Bearer first-token')).toBe(200);
    expect(await wire('x-AUTH-token: second-token')).toBe(200);
  });

  test('a header that comes twice proves nothing', async () => {
    expect(
      await wire('Authorization: Bearer first-token', 'authorization: Bearer first-token'),
    ).toBe(401);
    expect(await wire('Authorization: Bearer wrong', 'Authorization: Bearer first-token')).toBe(
      401,
    );
    expect(await wire('X-Auth-Token: first-token', 'X-Auth-Token: wrong')).toBe(401);
  });

  test('a folded header does not come in', async () => {
    expect(await wire('Authorization: Bearer\r\n first-token')).toBeOneOf([400, 401]);
    expect(await wire('Authorization: Bearer first-\r\n token')).toBeOneOf([400, 401]);
  });

  test('one wrong credential beside a good one of another kind', async () => {
    expect(await wire('Authorization: Basic eA==', 'X-Auth-Token: first-token')).toBe(200);
  });
});

describe('a caller gets no further than its grants', () => {
  test.each([
    ['another project', runPath('other')],
    ['a project in capitals', runPath('MINE')],
    ['dots', '/v1.0/mine/../other/streaming/jobs/run'],
    ['encoded dots', '/v1.0/%2e%2e/streaming/jobs/run'],
    ['an encoded slash', '/v1.0/mine%2f..%2fother/streaming/jobs/run'],
    ['an encoded letter', '/v1.0/%6dine/streaming/jobs/run'],
    ['an encoded percent', '/v1.0/%256dine/streaming/jobs/run'],
    ['a semicolon', '/v1.0/mine;other/streaming/jobs/run'],
    ['a null', '/v1.0/mine%00/streaming/jobs/run'],
    ['an empty segment', '/v1.0//mine/streaming/jobs/run'],
    ['another operation', '/v1.0/mine/streaming/jobs/stop'],
  ])('%s', async (_, path) => {
    const sent = rawRequest('POST', path, BODY, [
      'Content-Type: application/json',
      'X-Auth-Token: first-token',
    ]);
    const answer = await exchange(stack.url, sent);
    expect(answer?.status).toBeOneOf([400, 403, 501]);
  });

  test('nor does the body name another project for it', async () => {
    const wish = (project_id: string) =>
      JSON.stringify({ operation: 'dli.run', project_id, jobs: ['7'] });
    expect(await statusOf(GOOD, INTENTS_PATH, wish('other'))).toBe(403);
    expect(await statusOf(GOOD, INTENTS_PATH, wish('mine'))).toBe(202);
  });

  test('nor to jobs that are not listed', async () => {
    const basic = { authorization: `Basic ${btoa('alert:pass')}` };
    expect(await statusOf(basic, runPath('mine'), '{"job_ids":[7,8]}')).toBe(403);
    expect(await statusOf(basic)).toBe(200);
  });
});

describe('the body does not decide before the proof', () => {
  const gzipped = gzipSync(BODY);
  const asGzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  test('a compressed body: 401 without a proof, and a refusal that names JSON with one', async () => {
    const url = stack.url + runPath('mine');
    expect((await sendUnproved(url, gzipped, asGzip)).status).toBe(401);
    expect((await sendUnproved(url, gzipped, { ...asGzip, ...GOOD })).status).toBe(400);
  });

  test('a body that is no JSON, or of another type', async () => {
    expect(await statusOf({}, runPath('mine'), '{')).toBe(401);
    expect(await statusOf({ 'content-type': 'text/plain' })).toBe(401);
    expect(await statusOf({ ...GOOD, 'content-type': 'text/plain' })).toBe(415);
  });
});

describe('events of API Gateway in each form', () => {
  const event = (headers: object) => ({
    version: '1.0',
    path: '/dev/v1.0/mine/streaming/jobs/run',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    requestContext: { stage: 'dev', path: '/dev/v1.0/mine/streaming/jobs/run' },
    body: BODY,
    isBase64Encoded: false,
  });
  const invoke = async (payload: object) =>
    (await invokeOn(stack.url, 'accept-http')(JSON.stringify(payload))).payload.statusCode;

  test('payload 1.0 at a stage needs a proof too', async () => {
    expect(await invoke(event({}))).toBe(401);
    expect(await invoke(event({ Authorization: 'Bearer first-token' }))).toBe(200);
    const twice = { Authorization: 'Bearer first-token', authorization: 'Bearer wrong' };
    expect(await invoke(event(twice))).toBe(401);
  });

  test('a header that payload 1.0 lists twice proves nothing', async () => {
    const listed = { Authorization: ['Bearer wrong', 'Bearer first-token'] };
    const payload = {
      ...event({ Authorization: 'Bearer first-token' }),
      multiValueHeaders: listed,
    };
    expect(await invoke(payload)).toBe(401);
  });

  test('a custom domain’s base path changes nothing', async () => {
    const wish = JSON.stringify({ operation: 'dli.run', project_id: 'mine', jobs: ['7'] });
    expect(await statusOf(GOOD, '/jobs/v1/intents', wish)).toBe(202);
  });
});

/** Last, since it changes who may call. */
describe('proofs are rotated while requests flow', () => {
  const second = { authorization: 'Bearer second-token' };
  const third = { authorization: 'Bearer third-token' };

  test('an old token ends, a new one begins, and one that stays is never refused', async () => {
    write([botWith('second-token', 'third-token')]);
    await until(async () => {
      expect(await statusOf(second)).toBe(200);
      expect([await statusOf(GOOD), await statusOf(third)]).toEqual([401, 200]);
    });
    expect(await statusOf({ authorization: `Basic ${btoa('alert:pass')}` })).toBe(401);
  });

  test('a version with a fault does not come in force, and the last good one stays', async () => {
    writeFileSync(file, '{"callers":[{"id":"bot"}]}');
    const since = performance.now();
    await until(async () => {
      expect(await statusOf(second)).toBe(200);
      expect(performance.now() - since).toBeGreaterThan(2_000);
    });
    expect(await statusOf(GOOD)).toBe(401);
  });

  test('a caller that is removed comes in no more', async () => {
    write([user]);
    await until(async () => expect(await statusOf(second)).toBe(401));
  });
});

import { MockAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeExchange, retryAfterSeconds } from '../../shared/edge/upstream.ts';

const DLI = 'https://dli.example.com';
const PATH = '/v1.0/p/streaming/jobs/run';

let agent: MockAgent;

beforeEach(() => {
  agent = new MockAgent();
  agent.disableNetConnect();
});

afterEach(async () => {
  await agent.close();
});

const send = (url = DLI + PATH, body = '{"job_ids":[9223372036854775807]}') =>
  makeExchange(agent, { timeoutMs: 25_000 })({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', authorization: 'signed' },
    body,
  });

const dli = () => agent.get(DLI).intercept({ path: PATH, method: 'POST' });

describe('a request is sent', () => {
  it('once, with its exact body and headers', async () => {
    const seen: { body: unknown; headers: unknown }[] = [];
    dli().reply(200, ({ body, headers }) => {
      seen.push({ body, headers });
      return '[]';
    });
    await send();
    expect(seen).toEqual([
      {
        body: '{"job_ids":[9223372036854775807]}',
        headers: {
          'content-type': 'application/json',
          authorization: 'signed',
          'accept-encoding': 'identity',
        },
      },
    ]);
  });

  it('without a body, and with a query', async () => {
    agent.get(DLI).intercept({ path: '/jobs?a=b', method: 'GET' }).reply(200, 'ok');
    const exchange = makeExchange(agent, { timeoutMs: 25_000 });
    expect(await exchange({ method: 'GET', url: `${DLI}/jobs?a=b`, headers: {} })).toEqual({
      kind: 'replied',
      status: 200,
      body: 'ok',
    });
  });
});

describe('a reply is returned as it is', () => {
  it.each([
    [200, '[{"is_success":"true"}]'],
    [202, '{"results":[{"id":9007199254740993}]}'],
    [400, '[{"error_code":"DLI.13024"}]'],
    [204, ''],
    [429, 'slow down'],
    [500, '<html>é €</html>'],
  ])('status %i', async (status, body) => {
    dli().reply(status, body);
    expect(await send()).toEqual({ kind: 'replied', status, body });
  });

  it.each([301, 302, 303, 307, 308])('a redirect is not followed: %i', async (status) => {
    dli().reply(status, '', { headers: { location: `${DLI}/elsewhere` } });
    expect(await send()).toMatchObject({ kind: 'replied', status });
    agent.assertNoPendingInterceptors();
  });

  it.each([500, 502, 503, 429])('nothing is retried: %i', async (status) => {
    let times = 0;
    dli()
      .reply(status, () => `${++times}`)
      .persist();
    await send();
    expect(times).toBe(1);
  });

  it('with the pause of its Retry-After', async () => {
    dli().reply(429, '', { headers: { 'Retry-After': '17' } });
    expect(await send()).toEqual({ kind: 'replied', status: 429, body: '', retryAfter: 17 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-31T12:00:00Z') });
    onTestFinished(() => void vi.useRealTimers());
    dli().reply(503, '', { headers: { 'retry-after': 'Sat, 31 Jan 2026 12:01:00 GMT' } });
    expect(await send()).toEqual({ kind: 'replied', status: 503, body: '', retryAfter: 60 });
  });

  it('with the token that IAM sends in a header', async () => {
    dli().reply(201, '{}', { headers: { 'X-Subject-Token': 'MIIC' } });
    expect(await send()).toEqual({
      kind: 'replied',
      status: 201,
      body: '{}',
      subjectToken: 'MIIC',
    });
  });

  it('without a token that is invalid', async () => {
    dli().reply(429, '', { headers: { 'retry-after': 'soon' } });
    expect(await send()).toEqual({ kind: 'replied', status: 429, body: '' });
  });
});

describe('no answer is a value: nothing is thrown', () => {
  it('if no server listens', async () => {
    expect(await send()).toMatchObject({
      kind: 'unsent',
      why: 'unreachable',
      reason: expect.any(String),
    });
  });
});

describe('Retry-After is read in both forms (RFC 9110)', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  it.each<[unknown, number | undefined]>([
    ['0', 0],
    ['120', 120],
    [' 7 ', 7],
    ['Sat, 31 Jan 2026 12:02:00 GMT', 120],
    ['Saturday, 31-Jan-26 12:00:30 GMT', 30],
    ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
    [['1', '2'], undefined],
    ['9'.repeat(400), undefined],
  ])('%j → %s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });

  it.each([['-5'], ['1.5']])('%j asks for no pause', (header) => {
    expect(retryAfterSeconds(header, now) ?? 0).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { makeAdmit } from '../../shared/callers/admit.ts';
import { schemesOf } from '../../shared/callers/schemes.ts';
import { signAsVendor } from '../local/sign-as-vendor.ts';
import { beginHandler } from '../support/http-handler.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const KEY = { ak: 'AKBOT', sk: 'secret-of-the-bot' };

const schemes = schemesOf([
  {
    id: 'bot',
    proofs: [{ kind: 'vendor-key', access_key: KEY.ak, secret_key: KEY.sk }],
    grants: [],
  },
]);
const admit = makeAdmit({ schemes: async () => schemes, now: () => NOW });

const BODY = { jobs: ['Größe 作业'] };
const QUERY = { wait: '20', z: 'a b', A: "é'()*!~+&=/" };

/** The headers that the vendor's client sends for a path. */
const sign = (
  path: string,
  { method = 'POST', query }: { method?: 'GET' | 'POST'; query?: Record<string, string> } = {},
) =>
  signAsVendor(KEY, {
    method,
    url: `https://api.example.com${path}`,
    ...(method === 'POST' && { body: BODY }),
    ...(query && { query }),
    at: NOW.getTime(),
  });

const text = JSON.stringify(BODY);

/** As an HTTP API and a function URL hand a request over. */
const payload2 = (rawPath: string, headers: Record<string, string>, more = {}) => ({
  version: '2.0',
  rawPath,
  rawQueryString: '',
  headers,
  requestContext: { http: { method: 'POST' }, stage: '$default' },
  body: text,
  isBase64Encoded: false,
  ...more,
});

/** As a REST API hands it over, or an HTTP API with payload 1.0: decoded queries, and headers as sent. */
const payload1 = (path: string, headers: Record<string, string>, more = {}) => ({
  version: '1.0',
  path,
  httpMethod: 'POST',
  headers,
  multiValueHeaders: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  ),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  requestContext: { stage: 'dev' },
  body: text,
  isBase64Encoded: false,
  ...more,
});

describe('a signature survives API Gateway', () => {
  const base64 = { body: Buffer.from(text).toString('base64'), isBase64Encoded: true };
  const stage = { requestContext: { http: { method: 'POST' }, stage: 'dev' } };
  const asGet = { body: undefined, requestContext: { http: { method: 'GET' }, stage: '$default' } };
  const multi = Object.fromEntries(Object.entries(QUERY).map(([name, value]) => [name, [value]]));

  it.each<[string, unknown]>([
    ['payload 2.0', payload2('/plain', sign('/plain'))],
    ['payload 2.0 with a binary body', payload2('/plain', sign('/plain'), base64)],
    ['a stage that the client signed', payload2('/dev/plain', sign('/dev/plain'), stage)],
    ['a stage that it did not sign', payload2('/dev/plain', sign('/plain'), stage)],
    ['payload 1.0', payload1('/plain', sign('/plain'))],
    ['payload 1.0 and a stage', payload1('/dev/plain', sign('/dev/plain'))],
    [
      'a stage that a REST API took off',
      payload1('/plain', sign('/dev/plain'), {
        requestContext: { stage: 'dev', path: '/dev/plain' },
      }),
    ],
    ['payload 1.0 with a binary body', payload1('/plain', sign('/plain'), base64)],
    [
      'a query as it was sent',
      payload2('/text', sign('/text', { method: 'GET', query: QUERY }), {
        ...asGet,
        rawQueryString: new URLSearchParams(QUERY).toString().replaceAll('+', '%20'),
      }),
    ],
    [
      'a query that payload 1.0 decoded',
      payload1('/text', sign('/text', { method: 'GET', query: QUERY }), {
        httpMethod: 'GET',
        body: null,
        queryStringParameters: QUERY,
        multiValueQueryStringParameters: multi,
      }),
    ],
  ])('%s', async (_, event) => {
    const { invoke, requests, lines } = beginHandler(undefined, admit);
    const { status } = await invoke(event);
    expect([status, lines]).toEqual([202, []]);
    expect(requests).toMatchObject([{ caller: { id: 'bot' }, replayKey: expect.any(String) }]);
  });

  it.each<[string, unknown]>([
    [
      'another path in the context',
      payload1('/plain', sign('/other'), { requestContext: { stage: 'dev', path: '/other' } }),
    ],
    ['another stage', payload2('/dev/plain', sign('/prod/plain'), stage)],
    [
      'a header twice',
      payload1('/plain', sign('/plain'), {
        multiValueHeaders: { 'X-Sdk-Date': ['20261128T120000Z', '20261128T120000Z'] },
      }),
    ],
    [
      'a header in two cases',
      payload2('/plain', { ...sign('/plain'), 'x-sdk-date': '20261128T120000Z' }),
    ],
    ['a body in another coding', payload2('/plain', sign('/plain'), { isBase64Encoded: true })],
    ['a query that was added', payload2('/plain', sign('/plain'), { rawQueryString: 'wait=20' })],
  ])('not %s', async (_, event) => {
    const { invoke, requests } = beginHandler(undefined, admit);
    expect((await invoke(event)).status).toBe(401);
    expect(requests).toEqual([]);
  });
});

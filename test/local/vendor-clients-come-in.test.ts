import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js';
import type { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exchange } from '../support/raw-http.ts';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { INTENTS_PATH, runPath, SUBMITTED, startPath, stopPath } from '../support/vendor.ts';
import { type SigningKey, signAsVendor } from './sign-as-vendor.ts';

const OWN = 'project-of-the-bot';
const KEY: SigningKey = { ak: 'AKBOT', sk: 'secret-of-the-bot' };
const TEMPORARY: SigningKey = {
  ak: 'AKTEMP',
  sk: 'secret-of-temp',
  security_token: 'token-of-temp',
};

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const CALLERS = {
  callers: [
    {
      id: 'bot',
      proofs: [
        { kind: 'vendor-key', access_key: KEY.ak, secret_key: KEY.sk },
        {
          kind: 'vendor-key',
          access_key: TEMPORARY.ak,
          secret_key: TEMPORARY.sk,
          security_token: TEMPORARY.security_token,
        },
      ],
      grants: [{ projects: [OWN], operations: ['dli.run', 'dli.stop', 'drs.start'] }],
    },
  ],
};

let folder: string;
let stack: TestStack;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vendor-clients-'));
  const file = join(folder, 'callers.json');
  writeFileSync(file, JSON.stringify(CALLERS));
  stack = await beginStack({ CALLERS_FILE: file, BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

/** The vendor's own client for Node, with nothing of ours. */
const clientOf = ({ ak, sk, security_token: token }: SigningKey, project: string): HcClient => {
  const credentials = new BasicCredentials().withAk(ak).withSk(sk).withProjectId(project);
  return new ClientBuilder((client) => client)
    .withEndpoint(stack.url)
    .withCredential(token === undefined ? credentials : credentials.withSecurityToken(token))
    .build();
};

const call = (
  client: HcClient,
  url: string,
  data: Record<string, unknown>,
  headers: Record<string, string> = {},
) =>
  client.sendRequest<{ httpStatusCode: number }>({
    method: 'POST',
    url,
    contentType: 'application/json',
    queryParams: {},
    pathParams: {},
    headers,
    data,
  });

describe('the vendor’s own client comes in as it is', () => {
  test.each([
    ['run', '/v1.0/{project_id}/streaming/jobs/run', { job_ids: [1, 2] }, 200],
    ['stop', '/v1.0/{project_id}/streaming/jobs/stop', { job_ids: [3] }, 200],
    ['start', '/v3/{project_id}/jobs/batch-starting', { jobs: [{ job_id: 'a' }] }, 202],
  ])('%s', async (_, url, data, status) => {
    const answer = await call(clientOf(KEY, OWN), url, data);
    expect(answer.httpStatusCode).toBe(status);
  });

  test('with a temporary key pair, and then its jobs have their results in its caller’s name', async () => {
    const answer = await call(clientOf(TEMPORARY, OWN), runPath('{project_id}'), { job_ids: [77] });
    expect([...Object.values(answer)]).toContainEqual({ is_success: 'true', message: SUBMITTED });
    await stack.idle();
    expect(stack.results()).toContainEqual(
      expect.objectContaining({ job_id: '77', caller: 'bot', outcome: 'delivered' }),
    );
  });

  test('its correlation id comes out in each result', async () => {
    await call(
      clientOf(KEY, OWN),
      runPath('{project_id}'),
      { job_ids: [78] },
      {
        'X-Correlation-Id': 'ticket-4711',
      },
    );
    await stack.idle();
    expect(stack.results()).toContainEqual(
      expect.objectContaining({ job_id: '78', correlation_id: 'ticket-4711' }),
    );
  });

  const forged = { ...KEY, sk: 'guess' };
  const unknown = { ...KEY, ak: 'AKUNKNOWN' };
  test.each([
    ['a forged signature', forged, OWN, runPath('{project_id}'), 401, 'APIGW.0301'],
    ['an unknown key', unknown, OWN, runPath('{project_id}'), 401, 'APIGW.0301'],
    ['another project', KEY, 'other', runPath('{project_id}'), 403, 'APIGW.0302'],
    [
      'a call without a grant',
      KEY,
      OWN,
      '/v1.0/{project_id}/streaming/jobs/delete',
      403,
      'APIGW.0302',
    ],
    ['a call that is not offered', KEY, OWN, '/v1.0/{project_id}/queues', 501, 'JOBFANIN.0501'],
    ['the same, forged', forged, OWN, '/v1.0/{project_id}/queues', 401, 'APIGW.0301'],
  ])('%s: a typed error that names the request', async (_, key, project, url, status, code) => {
    // The client writes each refused request to stdout, with its signature.
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await expect(call(clientOf(key, project), url, { job_ids: [1] })).rejects.toMatchObject({
      httpStatusCode: status,
      errorCode: code,
      errorMsg: expect.any(String),
      requestId: expect.stringMatching(UUID_7),
    });
  });
});

/** Sends a request that is signed by the vendor's signer, and changed then. */
const sendSigned = async (
  path: string,
  body: unknown,
  change: (headers: Record<string, string>) => Record<string, string> = (headers) => headers,
  { key = KEY, sentPath = path, sent = JSON.stringify(body) } = {},
) => {
  const url = stack.url + path;
  const headers = signAsVendor(key, { method: 'POST', url, body, at: Date.now() });
  return sendUnproved(stack.url + sentPath, sent, change({ ...JSON_TYPE, ...headers }));
};

describe('a signature also serves on the native route', () => {
  test('and the grants are the same', async () => {
    const wish = { operation: 'dli.stop', project_id: OWN, jobs: ['1'] };
    expect((await sendSigned(INTENTS_PATH, wish)).status).toBe(202);
    const { status, type } = await sendSigned(INTENTS_PATH, { ...wish, project_id: 'other' });
    expect([status, type]).toEqual([403, 'application/problem+json']);
  });
});

describe('what is not signed well tells an outsider nothing, and queues nothing', () => {
  const path = stopPath(OWN);
  const body = { job_ids: [5] };
  const refused = {
    status: 401,
    type: 'application/json',
    text: JSON.stringify({
      error_code: 'APIGW.0301',
      error_msg: 'The request does not prove who sends it. Send a valid credential.',
    }),
  };
  type Headers = Record<string, string>;
  const authorization = (change: (text: string) => string) => (headers: Headers) => ({
    ...headers,
    Authorization: change(String(headers.Authorization)),
  });

  test.each<[string, (headers: Headers) => Headers]>([
    ['nothing', () => JSON_TYPE],
    ['forged', authorization((text) => text.replace(/.$/, (x) => (x === '0' ? '1' : '0')))],
    ['truncated', authorization((text) => text.slice(0, -8))],
    ['expired', (headers) => ({ ...headers, 'X-Sdk-Date': '20200101T000000Z' })],
    [
      'with names out of order',
      authorization((text) => text.replace(/SignedHeaders=(\S+);(\S+),/, 'SignedHeaders=$2;$1,')),
    ],
    [
      'with a token that IAM does not know',
      () => ({ ...JSON_TYPE, 'X-Auth-Token': 'M'.repeat(500) }),
    ],
  ])('%s', async (_, change) => {
    const answer = await sendSigned(path, body, change);
    expect(answer).toMatchObject(refused);
    expect(answer.headers['x-request-id']).toMatch(UUID_7);
  });

  test('a body that was changed on the way', async () => {
    const changed = { sent: '{"job_ids":[6]}' };
    expect(await sendSigned(path, body, undefined, changed)).toMatchObject(refused);
  });

  test.each([
    ['another project', stopPath('other')],
    ['a slash in the project', stopPath(`${OWN}%2Fx`)],
    ['a project above another', stopPath(`x%2F..%2F${OWN}`)],
    ['another operation', runPath(OWN)],
    ['a path that is not offered', `/v1.0/${OWN}/queues`],
    ['a stray percent sign', `${stopPath(OWN)}%`],
    ['one that was encoded twice', stopPath(OWN.replace('p', '%2570'))],
  ])('sent to %s', async (_, sentPath) => {
    expect(await sendSigned(path, body, undefined, { sentPath })).toMatchObject(refused);
  });

  test.each(['%2F', '%2f..%2f', '%00', 'a%2Fb', '%252F', '*', '%F0%9F%92%A9'])(
    'signed for the project %s: 401, 403 or 501, never 404 nor a 5xx of ours',
    async (project) => {
      const { status, text } = await sendSigned(stopPath(project), body);
      expect([400, 401, 403, 501]).toContain(status);
      expect(JSON.parse(text)).toMatchObject({ error_code: expect.any(String) });
    },
  );

  test.each([
    ['sent twice', (line: string) => [line, line]],
    ['sent in mixed case', (line: string) => [line.replace(/^authorization/i, 'aUTHORIZATION')]],
    ['folded', (line: string) => [line.replace(', Signature', ',\r\n Signature')]],
  ])('a header that is %s', async (name, change) => {
    const url = stack.url + path;
    const headers = signAsVendor(KEY, { method: 'POST', url, body, at: Date.now() });
    const text = JSON.stringify(body);
    const lines = Object.entries({ ...headers, host: new URL(url).host }).map(
      ([header, value]) => `${header}: ${value}`,
    );
    const bytes = [
      `POST ${path} HTTP/1.1`,
      'Connection: close',
      `Content-Length: ${text.length}`,
      ...lines.flatMap((line) => (/^authorization/i.test(line) ? change(line) : [line])),
      '',
      text,
    ].join('\r\n');
    const answer = await exchange(stack.url, bytes);
    expect([200, 400, 401]).toContain(answer?.status);
    if (name === 'sent twice') expect(answer).toMatchObject(refused);
    if (name === 'sent in mixed case') expect(answer?.status).toBe(200);
  });

  test('and nothing of them was queued', async () => {
    await stack.idle();
    expect(stack.upstream.calls.filter(({ job_ids }) => job_ids.includes('6'))).toEqual([]);
    expect(stack.upstream.calls.filter(({ project_id }) => project_id !== OWN)).toEqual([]);
  });
});

test('every start page of the vendor’s prefixes asks for a proof first', async () => {
  for (const path of ['/v1.0/p/queues', '/v2.0/p', '/v3/auth/tokens', '/v3/p/jobs/x', '/v5/p/jobs'])
    for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH']) {
      const { status, headers } = await sendUnproved(stack.url + path, null, {}, method);
      expect([path, method, status]).toEqual([path, method, 401]);
      expect(headers['x-request-id']).toMatch(UUID_7);
    }
});

test('a start in a project without a grant is 403 in the vendor’s shape', async () => {
  const { status, text } = await sendSigned(startPath('other'), { jobs: [{ job_id: 'a' }] });
  expect([status, JSON.parse(text).error_code]).toEqual([403, 'APIGW.0302']);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange } from '../support/raw-http.ts';
import { JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { runPath, startPath, stopPath } from '../support/vendor.ts';
import { beginVendorStack, KEY, OWN, sendSigned } from './begin-vendor-stack.ts';
import { signAsVendor } from './sign-as-vendor.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let stack: TestStack;
beforeAll(async () => {
  stack = await beginVendorStack();
});
afterAll(() => stack.stop());

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
    const answer = await sendSigned(stack, path, body, change);
    expect(answer).toMatchObject(refused);
    expect(answer.headers['x-request-id']).toMatch(UUID_7);
  });

  test('a body that was changed on the way', async () => {
    const changed = { sent: '{"job_ids":[6]}' };
    expect(await sendSigned(stack, path, body, undefined, changed)).toMatchObject(refused);
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
    expect(await sendSigned(stack, path, body, undefined, { sentPath })).toMatchObject(refused);
  });

  test.each(['%2F', '%2f..%2f', '%00', 'a%2Fb', '%252F', '*', '%F0%9F%92%A9'])(
    'signed for the project %s: 401, 403 or 501, never 404 nor a 5xx of ours',
    async (project) => {
      const { status, text } = await sendSigned(stack, stopPath(project), body);
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
  const { status, text } = await sendSigned(stack, startPath('other'), { jobs: [{ job_id: 'a' }] });
  expect([status, JSON.parse(text).error_code]).toEqual([403, 'APIGW.0302']);
});

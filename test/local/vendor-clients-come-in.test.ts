import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js';
import type { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { INTENTS_PATH, runPath, SUBMITTED, stopPath } from '../support/vendor.ts';
import { beginVendorStack, KEY, OWN, sendSigned, TEMPORARY } from './begin-vendor-stack.ts';
import { type SigningKey, signAsVendor } from './sign-as-vendor.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let stack: TestStack;
beforeAll(async () => {
  stack = await beginVendorStack();
});
afterAll(() => stack.stop());

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

describe('a signature also serves on the native route', () => {
  test('and the grants are the same', async () => {
    const wish = { operation: 'dli.stop', project_id: OWN, jobs: ['1'] };
    expect((await sendSigned(stack, INTENTS_PATH, wish)).status).toBe(202);
    const { status, type } = await sendSigned(stack, INTENTS_PATH, {
      ...wish,
      project_id: 'other',
    });
    expect([status, type]).toEqual([403, 'application/problem+json']);
  });
});

describe('the same signature again is the same request', () => {
  /** Sends one request again and again, with more headers if need be. */
  const sender = (path: string, job: number) => {
    const url = stack.url + path;
    const body = { job_ids: [job] };
    const headers = signAsVendor(KEY, { method: 'POST', url, body, at: Date.now() });
    return (more: Record<string, string> = {}) =>
      sendUnproved(url, JSON.stringify(body), { ...JSON_TYPE, ...headers, ...more });
  };

  test.each([
    ['as it was', 901, {}],
    ['with another correlation id', 902, { 'X-Correlation-Id': 'other' }],
    ['with an Idempotency-Key that it did not have', 903, { 'Idempotency-Key': '"made-up"' }],
  ])('%s: it answers as before, and queues nothing', async (_, job, more) => {
    const sendOnce = sender(runPath(OWN), job);
    const first = await sendOnce();
    const second = await sendOnce(more);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([second.intentId, second.text]).toEqual([first.intentId, first.text]);
    await stack.idle();
    expect(stack.results().filter(({ job_id }) => job_id === String(job))).toHaveLength(1);
  });

  test('many at once are one intent', async () => {
    const sendOnce = sender(stopPath(OWN), 904);
    const answers = await Promise.all(Array.from({ length: 10 }, () => sendOnce()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ intentId }) => intentId)).size).toBe(1);
  });
});

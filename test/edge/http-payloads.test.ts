import { describe, expect, it } from 'vitest';
import { beginHandler as begin } from '../support/http-handler.ts';
import { idAt } from '../support/messages.ts';

describe('payload 1.0, of a REST API or an HTTP API, is answered like 2.0', () => {
  const event = {
    version: '1.0',
    resource: '/{proxy+}',
    path: '/v9/p-1/jobs/run/',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'text/plain', 'X-Language': 'zh' },
    multiValueHeaders: { 'Content-Type': ['application/json'], 'X-LANGUAGE': ['zh', 'en'] },
    queryStringParameters: null,
    pathParameters: { proxy: 'v9/p-1/jobs/run', project_id: 'of-another' },
    stageVariables: null,
    requestContext: { path: '/dev/v9/p-1/jobs/run', stage: 'dev', httpMethod: 'POST' },
    body: 'eyJhIjoxfQ==',
    isBase64Encoded: true,
  };

  it('with its path, its parameters, its headers in lower case and its text', async () => {
    const { invoke, requests } = begin();
    const answer = await invoke(event);
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({ 'x-intent-id': idAt(1), 'x-request-id': idAt(1) });
    expect(requests).toMatchObject([
      {
        path: '/v9/p-1/jobs/run/',
        params: { project_id: 'p-1' },
        headers: { 'content-type': 'application/json', 'x-language': 'zh,en' },
        text: '{"a":1}',
      },
    ]);
  });

  it('refused in the shape of its path', async () => {
    const { invoke } = begin();
    expect(await invoke({ ...event, httpMethod: 'GET' })).toMatchObject({
      status: 405,
      body: { path: event.path },
    });
    expect((await invoke({ ...event, path: '/nowhere', headers: null })).status).toBe(404);
    expect((await invoke({ ...event, body: null, isBase64Encoded: false })).status).toBe(202);
  });
});

describe('any other payload fails the invocation, with what it looks like', () => {
  it.each([
    [
      { path: '/plain', httpMethod: 'POST', requestContext: { elb: {} } },
      /an event of a load balancer/,
    ],
    [{ Records: [{ EventSource: 'aws:sns', Sns: {} }] }, /an SNS event/],
    [{}, /not an HTTP event/],
    [null, /not an HTTP event/],
    [undefined, /not an HTTP event/],
    ['text', /not an HTTP event/],
  ])('%#: %s', async (event, message) => {
    const { invoke, requests, lines } = begin();
    await expect(invoke(event)).rejects.toMatchObject({
      name: 'NotHttpEventError',
      message: expect.stringMatching(message),
    });
    expect([requests, lines]).toEqual([[], []]);
  });
});

import { readFile } from 'node:fs/promises';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEV_PROOF } from '../support/callers.ts';
import {
  eventOf,
  FOREIGN_PAYLOADS,
  notificationOf,
  sqsRecordOf,
} from '../support/foreign-payloads.ts';
import { invokeOn } from '../support/invoke.ts';
import { beginStack, JSON_TYPE, send, type TestStack, until } from '../support/stack.ts';
import { runPath, startPath, stopPath } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    BASE_PATH: '/jobs',
    UNWRAP: 'text-detail,sns',
  });
});
afterAll(() => stack.stop());

const wish = (project_id: string, more: object = {}) => ({
  operation: 'dli.stop',
  project_id,
  jobs: ['2'],
  ...more,
});

const now = new Date().toISOString();

const invoke = (payload: unknown, name = 'accept-event') =>
  invokeOn(stack.url, name)(JSON.stringify(payload));

test('the stack serves the description of its routes, also behind a base path', async () => {
  const text = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  for (const path of ['/openapi.json', '/jobs/openapi.json'])
    expect(await send(`${stack.url}${path}`, null, {}, 'GET')).toMatchObject({
      status: 200,
      type: 'application/json',
      text,
    });
});

const delivered = (intentId: string) =>
  until(() => {
    const results = stack.resultsOf(intentId);
    expect(results).toMatchObject([{ outcome: 'delivered' }]);
    return results;
  });

describe('events of API Gateway as they come', () => {
  const bodyFor = (project: string): string => JSON.stringify(wish(project));

  test.each([
    [
      'an HTTP API at a stage',
      {
        version: '2.0',
        rawPath: '/dev/v1/intents',
        headers: { ...JSON_TYPE, ...DEV_PROOF },
        requestContext: { stage: 'dev', http: { method: 'POST', path: '/dev/v1/intents' } },
        body: bodyFor('http-api'),
      },
    ],
    [
      'an HTTP API with payload 1.0, at a stage',
      {
        version: '1.0',
        path: '/dev/v1/intents',
        httpMethod: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: DEV_PROOF.authorization },
        requestContext: { stage: 'dev', path: '/dev/v1/intents' },
        body: bodyFor('http-api-1'),
        isBase64Encoded: false,
      },
    ],
    [
      'a REST API',
      {
        resource: '/{proxy+}',
        path: '/v1/intents',
        httpMethod: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: DEV_PROOF.authorization },
        multiValueHeaders: { 'Content-Type': ['application/json'] },
        pathParameters: { proxy: 'v1/intents' },
        requestContext: { stage: 'dev', path: '/dev/v1/intents' },
        body: Buffer.from(bodyFor('rest-api')).toString('base64'),
        isBase64Encoded: true,
      },
    ],
  ])('%s', async (_, event) => {
    const { error, payload } = await invoke(event, 'accept-http');
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({ statusCode: 202, isBase64Encoded: false });
    await delivered(payload.headers['x-request-id']);
  });

  test('a load balancer is told what it is', async () => {
    const elb = { path: '/v1/intents', httpMethod: 'POST', requestContext: { elb: {} } };
    const event = { ...elb, body: bodyFor('load-balancer') };
    expect(await invoke(event, 'accept-http')).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'NotHttpEventError',
        errorMessage: expect.stringMatching(/^looks like an event of a load balancer: /),
      },
    });
  });

  test('a custom domain puts its base path before', async () => {
    const { status, intentId } = await stack.post('/jobs/v1/intents', bodyFor('domain'));
    expect(status).toBe(202);
    await delivered(intentId);
  });
});

describe('a request is found again by either id', () => {
  test.each([
    [runPath('tracked'), '{"job_ids":[7]}'],
    [stopPath('tracked'), '{"job_ids":[8]}'],
    [startPath('tracked'), '{"jobs":[{"job_id":"a"}]}'],
    ['/v1/intents', JSON.stringify(wish('tracked', { jobs: ['9'] }))],
  ])('%s', async (path, body) => {
    const { headers, intentId } = await stack.post(path, body, {
      ...JSON_TYPE,
      'X-Correlation-Id': `for ${path}`,
    });
    expect(headers['x-request-id']).toBe(intentId);
    expect(await delivered(intentId)).toMatchObject([{ correlation_id: `for ${path}` }]);
  });

  test('also one that is refused', async () => {
    for (const [path, method] of [
      [runPath('tracked'), 'POST'],
      [runPath('tracked'), 'GET'],
      ['/nowhere', 'POST'],
    ] as const) {
      const { headers, intentId } = await send(
        stack.url + path,
        method === 'GET' ? null : '{',
        JSON_TYPE,
        method,
      );
      expect(intentId).toMatch(/^[0-9a-f]{8}-/);
      expect(headers['x-request-id']).toBe(intentId);
    }
  });
});

describe('what intermediaries do to an intent', () => {
  test('keys of a tracer are passed over', async () => {
    const { payload } = await invoke(wish('tracer', { _datadog: { 'x-datadog-trace-id': '58' } }));
    await delivered(payload.intent_id);
  });

  test.each([
    ['a detail that is a text', eventOf(JSON.stringify(wish('text-detail')), { time: now })],
    ['an SNS notification', notificationOf(JSON.stringify(wish('sns')), { Timestamp: now })],
  ])('%s is taken where UNWRAP names it', async (_, envelope) => {
    const { payload } = await invoke(envelope);
    await delivered(payload.intent_id);
  });

  test.each([
    ['a batch of EventBridge Pipes', [wish('pipes')]],
    ['an SQS event', { Records: [sqsRecordOf(JSON.stringify(wish('sqs')))] }],
  ])('%s is refused by its name where it does not', async (name, envelope) => {
    const { payload } = await invoke(envelope);
    expect(payload).toEqual({
      errorType: 'InvalidIntentError',
      errorMessage: expect.stringMatching(new RegExp(`^looks like ${name}: put \\w+ into`)),
    });
  });
});

describe('an envelope on the intents queue is dead-lettered under its name', () => {
  const NAMED = FOREIGN_PAYLOADS.filter(([name]) =>
    /SNS notification|S3 event|whose detail/.test(name.source),
  );

  test.each(NAMED)('%s', async (name, payload) => {
    const MessageBody = JSON.stringify(payload);
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.intents, MessageBody }));
    const { Body, MessageAttributes } = await until(async () => {
      const { Messages: [message] = [] } = await stack.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: stack.queues.deadLetters,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 3_600,
        }),
      );
      if (message === undefined) throw new Error('nothing is dead-lettered');
      return message;
    });
    expect(Body).toBe(MessageBody);
    const said = /detail/.test(name.source) ? 'an EventBridge event' : name.source.slice(1, -1);
    expect(MessageAttributes?.reason?.StringValue).toMatch(
      new RegExp(`^the message looks like ${said}: only accept-http and`),
    );
  });
});

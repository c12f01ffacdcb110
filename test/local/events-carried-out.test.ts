import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invokeOn } from '../support/invoke.ts';
import { AWS, beginStack, send, type TestStack, until } from '../support/stack.ts';

let stack: TestStack;
let eventBridge: EventBridgeClient;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
  eventBridge = new EventBridgeClient({ ...AWS, endpoint: stack.wires.bus });
});
afterAll(async () => {
  eventBridge.destroy();
  await stack.stop();
});

const put = (detail: string, detailType = 'Job Control Intent') =>
  eventBridge.send(
    new PutEventsCommand({
      Entries: [{ Source: 'acme.jobs', DetailType: detailType, Detail: detail }],
    }),
  );

const intentFor = (project_id: string, jobs: readonly unknown[] = ['131', '130']) => ({
  operation: 'dli.run',
  project_id,
  jobs,
  options: { resume_savepoint: false },
  correlation_id: `for ${project_id}`,
});

const resultsFor = (project: string) =>
  stack.results().filter(({ project_id }) => project_id === project);

describe('an intent on the default bus is carried out', () => {
  test('and its results tell whence it came and what it was for', async () => {
    const sent = await put(JSON.stringify(intentFor('event')));
    expect(sent.FailedEntryCount).toBe(0);
    const results = await until(() => {
      expect(resultsFor('event')).toHaveLength(2);
      return resultsFor('event');
    });
    expect(results.map(({ job_id }) => job_id)).toEqual(['131', '130']);
    for (const result of results) {
      expect(result).toMatchObject({
        outcome: 'delivered',
        caller: 'rule:acme.jobs',
        correlation_id: 'for event',
        result_id: `${result.intent_id}/${result.job_id}`,
      });
    }
    expect(stack.upstream.calls.at(-1)?.options).toEqual({ resume_savepoint: false });
  });

  test('and an event of another type is nobody’s intent', async () => {
    await put(JSON.stringify(intentFor('other-type')), 'Job Control Intents');
    await put(JSON.stringify(intentFor('after-it')));
    await until(() => expect(resultsFor('after-it')).toHaveLength(2));
    await stack.idle();
    expect(resultsFor('other-type')).toEqual([]);
  });

  test('and what is shown as results are results, not intents', async () => {
    const { text } = await send(`${stack.url}/local/results`, null, {}, 'GET');
    const types = JSON.parse(text).map((event: { 'detail-type': string }) => event['detail-type']);
    expect(new Set(types)).toEqual(new Set(['Job Control Result']));
  });
});

describe('a bad event ends on the failed-events queue, as it was, with the reason', () => {
  const takeFailed = () =>
    until(async () => {
      const { Messages = [] } = await stack.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: stack.queues.failedEvents,
          VisibilityTimeout: 600,
          MessageAttributeNames: ['All'],
        }),
      );
      expect(Messages).toHaveLength(1);
      const [{ Body = '', MessageAttributes = {} } = {}] = Messages;
      return { event: JSON.parse(Body), reason: MessageAttributes.ErrorMessage?.StringValue };
    });

  test.each([
    ['no jobs', JSON.stringify(intentFor('bad', [])), /#\/jobs: must name at least one job/],
    [
      'a rounded id',
      '{"operation":"dli.run","project_id":"bad","jobs":[9007199254740993]}',
      /string/,
    ],
    ['no intent at all', '{}', /#\/operation: is required/],
  ])('%s', async (_, detail, reason) => {
    await put(detail);
    const failed = await takeFailed();
    expect(failed.event).toMatchObject({ source: 'acme.jobs', detail: JSON.parse(detail) });
    expect(failed.reason).toMatch(reason);
    expect(resultsFor('bad')).toEqual([]);
  });

  test('one that nests too deep to be handed on is refused at the bus, and harms nobody', async () => {
    const deep = `{"jobs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const { Entries } = await put(deep);
    expect(Entries).toEqual([expect.objectContaining({ ErrorCode: 'MalformedDetail' })]);
    await put(JSON.stringify(intentFor('after-deep')));
    await until(() => expect(resultsFor('after-deep')).toHaveLength(2));
  });
});

describe('a direct invocation', () => {
  const invoke = (payload: string) => invokeOn(stack.url, 'accept-event')(payload);

  test('returns the receipt once the queue has every job', async () => {
    const { status, error, payload } = await invoke(JSON.stringify(intentFor('direct')));
    expect({ status, error }).toEqual({ status: 200, error: undefined });
    expect(payload).toEqual({
      intent_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      operation: 'dli.run',
      project_id: 'direct',
      job_count: 2,
      accepted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    await until(() => expect(stack.resultsOf(payload.intent_id)).toHaveLength(2));
    expect(stack.resultsOf(payload.intent_id)).toMatchObject([{ caller: 'direct' }, {}]);
  });

  test.each([
    ['nothing', '', /#\/operation: is required; #\/project_id: is required/],
    ['no object', '[]', /must be a JSON object/],
    [
      'every fault at once',
      '{"operation":"x","project_id":"a/b","jobs":[],"zzz":1}',
      /zzz.*operation.*project_id/,
    ],
    [
      'a large number',
      '{"operation":"dli.run","project_id":"p","jobs":[9007199254740993]}',
      /send it as a string/,
    ],
    [
      'an event without an intent',
      '{"detail-type":"x","source":"y","detail":5}',
      /must be a JSON object/,
    ],
    [
      'a __proto__ key',
      '{"operation":"dli.run","project_id":"p","jobs":["1"],"__proto__":1}',
      /__proto__/,
    ],
  ])('with %s throws InvalidIntentError', async (_, text, message) => {
    expect(await invoke(text)).toEqual({
      status: 200,
      error: 'Unhandled',
      payload: { errorType: 'InvalidIntentError', errorMessage: expect.stringMatching(message) },
    });
  });

  test.each([
    ['is not JSON', '{'],
    ['nests too deep', `{"jobs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('with a payload that %s is refused', async (_, text) => {
    expect(await invoke(text)).toMatchObject({ status: 400, error: undefined });
  });

  test('of a function that is not there is 404', async () => {
    for (const name of ['nobody', '__proto__', 'constructor']) {
      expect(await invokeOn(stack.url, name)('{}')).toMatchObject({ status: 404 });
    }
  });
});

describe('nothing bad was queued', () => {
  test('and nothing waits', async () => {
    await stack.idle();
    expect(await stack.depths()).toMatchObject({ intents: 0, deadLetters: 0, failedEvents: 3 });
  });
});

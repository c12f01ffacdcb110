import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { cliFor } from '../support/command-line.ts';
import { beginStack, type TestStack } from '../support/stack.ts';

const P = '054ba152d480d55b2f5dc0069e7ddef0';

let stack: TestStack;
let cli: ReturnType<typeof cliFor>;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', SETTLE_SECONDS: '1' });
  cli = cliFor(stack.url);
});
afterAll(() => stack.stop());
beforeEach(() => stack.idle());

/** A message as the queue would have moved it: it was accepted a while ago, and no function got to the end of it. */
const deadLetter = async (
  job: string,
  at = Date.now(),
  more = {},
  QueueUrl = stack.queues.deadLetters,
): Promise<string> => {
  const intent_id = newIntentId(undefined, at);
  const accepted_at = new Date(at).toISOString();
  const intent = { v: 1, intent_id, operation: 'dli.stop', project_id: P, options: {} };
  const rest = { jobs: [job], caller: 'dev-bearer', accepted_at, first: 0, job_count: 1 };
  const MessageBody = JSON.stringify({ ...intent, ...rest, ...more });
  await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return intent_id;
};

const failedEvent = (body: unknown, attributes: Record<string, string> = {}) =>
  stack.sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.queues.failedEvents,
      MessageBody: JSON.stringify(body),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [
          name,
          { DataType: 'String', StringValue },
        ]),
      ),
    }),
  );

const eventFor = (job: string) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Job Control Intent',
  source: 'scheduler',
  time: new Date().toISOString(),
  detail: { operation: 'dli.run', project_id: P, jobs: [job] },
});

const callsFor = (job: string) =>
  stack.upstream.calls.filter(({ job_ids: ids }) => ids.includes(job));

const resultsFor = (job: string) => stack.results().filter(({ job_id: id }) => id === job);

describe('replay', () => {
  it('lists first, and changes nothing where it cannot ask', async () => {
    await deadLetter('51');
    const ran = await cli(['replay']);
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(/yes +dead-letters .* dli\.stop +054b/);
    expect(await stack.depths()).toMatchObject({ deadLetters: 1 });
    expect(callsFor('51')).toEqual([]);
  });

  it('hands dead letters in as new intents, and every intent has its result', async () => {
    const old = await deadLetter('52');
    const ran = await cli(['replay', '--yes', '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await stack.idle();
    expect(await stack.depths()).toMatchObject({ deadLetters: 0 });
    const results = resultsFor('52');
    expect(results).toHaveLength(2);
    expect(results.some(({ intent_id: id }) => id === old)).toBe(true);
    expect(results.some(({ outcome }) => outcome === 'delivered')).toBe(true);
  });

  it('reads failed events as EventBridge and Lambda keep them, and as earlier releases did, and shows no control character', async () => {
    await failedEvent(eventFor('61'), {
      ERROR_CODE: 'SDK_CLIENT_ERROR',
      ERROR_MESSAGE: 'denied\u202e',
    });
    await failedEvent(eventFor('63'), { ErrorMessage: 'a wrong event', ErrorCode: '200' });
    await failedEvent({
      version: '1.0',
      requestContext: { condition: 'RetriesExhausted' },
      requestPayload: eventFor('62'),
      responsePayload: { errorType: 'Error', errorMessage: 'the queue is away' },
    });
    const listed = await cli(['replay', '--list']);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/failed-events .*denied\\u\{202e\}/);
    expect(listed.stdout).toMatch(/failed-events .*the queue is away/);
    expect(listed.stdout).toMatch(/failed-events .*a wrong event/);
    const ran = await cli(['replay', '--yes']);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    await stack.idle();
    const told = ['61', '62', '63'].flatMap(resultsFor);
    expect(told.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await stack.depths()).toMatchObject({ failedEvents: 0 });
  });

  it('leaves out what a newer intent has made stale, unless it is asked for', async () => {
    await deadLetter('71', Date.now() - 60_000);
    await cli(['run', '71', '-p', P, '-w']);
    const ran = await cli(['replay', '--yes']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/no: stale/);
    expect(callsFor('71').map(({ operation }) => operation)).toEqual(['dli.run']);
    expect(await cli(['replay', '--yes', '--stale'])).toMatchObject({ code: 0 });
    await stack.idle();
    expect(callsFor('71').map(({ operation }) => operation)).toEqual(['dli.run', 'dli.stop']);
  });

  it('an event that was accepted twice is not called again by its second message', async () => {
    const key = randomUUID().replaceAll('-', '');
    await deadLetter('75', Date.now() - 60_000, { key }, stack.queues.intents);
    await stack.idle();
    expect(resultsFor('75')).toMatchObject([{ outcome: 'delivered' }]);
    await deadLetter('75', Date.now(), { key });
    const ran = await cli(['replay', '--yes']);
    expect(ran.stdout).toMatch(/no: settled/);
    await stack.idle();
    expect(callsFor('75')).toHaveLength(1);
  });

  it('goes on if the reader of its output has seen enough', async () => {
    for (const job of ['77', '78', '79']) await deadLetter(job);
    const args = ['cli/job-fanin.js', 'replay', '--yes', '--only', 'dead-letters'];
    const child = spawn(process.execPath, [...args, '--url', stack.url]);
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'close')).toEqual([1, null]);
    await stack.idle();
    for (const job of ['77', '78', '79'])
      expect(resultsFor(job).map(({ outcome }) => outcome)).toContain('delivered');
  });

  it('of an event that failed twice, one message alone is handed in', async () => {
    const event = eventFor('76');
    await failedEvent(event);
    await failedEvent(event);
    const ran = await cli(['replay', '--yes', '--only', 'failed-events']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/no: repeated .* 1 repeated/);
    await stack.idle();
    expect(resultsFor('76')).toHaveLength(1);
  });

  it('keeps what cannot be read, or handed in, with the reason', async () => {
    const { deadLetters: before } = await stack.depths();
    await stack.sqs.send(
      new SendMessageCommand({
        QueueUrl: stack.queues.deadLetters,
        MessageBody: 'no json',
      }),
    );
    const after = newIntentId(undefined, Date.now() - 9 * 24 * 3_600_000);
    await deadLetter('81', Date.now(), { operation: 'dli.run', after });
    const ran = await cli(['replay', '--yes', '--only', 'dead-letters']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/no: unreadable .*the message is not JSON/);
    expect(ran.stdout).toMatch(/no: unreadable .*#\/after: is of an intent more than 8 days ago/);
    expect(await stack.depths()).toMatchObject({ deadLetters: before + 2 });
  });
});

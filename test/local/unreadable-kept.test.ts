import {
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';

/** A message that could be read, were it not for these fields. */
const but = (fields: object): string =>
  JSON.stringify({
    v: 1,
    intent_id: '01890a5d-ac96-774b-bcce-000000000001',
    operation: 'dli.run',
    project_id: 'unreadable',
    options: {},
    jobs: ['131'],
    caller: 'test',
    accepted_at: '2026-01-31T11:59:00.000Z',
    ...fields,
  });

const UNREADABLE: readonly string[] = [
  'hello',
  ' ',
  '{',
  'null',
  '131',
  '"{}"',
  '[]',
  '{}',
  '{ "v" : 1,\r\n\t"jobs" : [ ] }  ',
  'ü 作业 € \\u0000',
  `{"jobs":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  'x'.repeat(200_000),
  but({ v: '1' }),
  but({ intent_id: 'mine' }),
  but({ operation: 'constructor' }),
  but({ project_id: '../other' }),
  but({ options: { trigger_savepoint: true } }),
  but({ options: null }),
  but({ jobs: [] }),
  but({ jobs: [131] }),
  but({ jobs: ['131', '-1'] }),
  but({ jobs: ['9223372036854775808'] }),
  but({ accepted_at: 'yesterday' }),
  but({ expires_at: '2026-02-30' }),
];

const TEN: Record<string, MessageAttributeValue> = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: `${i}` }]),
);
const KINDS: Record<string, MessageAttributeValue> = {
  text: { DataType: 'String', StringValue: 'ü' },
  count: { DataType: 'Number', StringValue: '9007199254740993' },
  raw: { DataType: 'Binary.gif', BinaryValue: new Uint8Array([0, 255, 10]) },
};

const GOOD = 6;

let stack: TestStack;
const deadLettered: Message[] = [];
const intents: string[] = [];

const put = (MessageBody: string, MessageAttributes?: Record<string, MessageAttributeValue>) =>
  stack.sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.queues.intents,
      MessageBody,
      ...(MessageAttributes && { MessageAttributes }),
    }),
  );

const collect = async (): Promise<void> => {
  const { Messages = [] } = await stack.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: stack.queues.deadLetters,
      MaxNumberOfMessages: 10,
      // Each is received once, however long that takes.
      VisibilityTimeout: 3_600,
      MessageAttributeNames: ['All'],
    }),
  );
  deadLettered.push(...Messages);
};

beforeAll(async () => {
  const all = UNREADABLE.length + 2 + GOOD;
  // One batch, handed over when it is full.
  stack = await beginStack({ BATCH_SIZE: String(all), BATCH_WINDOW_SECONDS: '60' });
  const ask = async (id: number) => {
    intents.push((await stack.post(runPath('good'), `{"job_ids":[${id}]}`)).intentId);
  };
  for (const [i, body] of UNREADABLE.entries()) {
    if (i < GOOD) await ask(i);
    await put(body);
  }
  await put('with ten attributes', TEN);
  await put('with attributes of each kind', KINDS);
  await stack.idle();
  await until(async () => {
    await collect();
    expect(deadLettered.length).toBeGreaterThanOrEqual(UNREADABLE.length + 2);
  });
});
afterAll(() => stack.stop());

const find = (body: string) => deadLettered.find(({ Body }) => Body === body);

describe('what cannot be read goes to the dead-letter queue', () => {
  test('each message once, byte for byte', async () => {
    await collect();
    const bodies = [...UNREADABLE, 'with ten attributes', 'with attributes of each kind'];
    expect(deadLettered.map(({ Body }) => Body).toSorted()).toEqual(bodies.toSorted());
  });

  test.each(UNREADABLE.map((body) => [body.slice(0, 60), body]))('with a reason: %j', (_, body) => {
    const { reason } = find(body)?.MessageAttributes ?? {};
    expect(reason).toEqual({ DataType: 'String', StringValue: expect.stringMatching(/\w{3}/) });
  });

  test('with the attributes that it came with, of each kind', () => {
    const kept = find('with attributes of each kind')?.MessageAttributes ?? {};
    expect(kept).toEqual({ ...KINDS, reason: expect.anything() });
  });

  test('with the reason even where there were as many attributes as SQS takes', () => {
    const kept = find('with ten attributes')?.MessageAttributes ?? {};
    expect(Object.keys(kept)).toHaveLength(10);
    expect(kept).toHaveProperty('reason');
  });
});

describe('and delays nobody', () => {
  test('the good messages among them are served at once, in one call', () => {
    expect(stack.upstream.calls).toMatchObject([{ project_id: 'good' }]);
    for (const intent of intents) {
      expect(stack.resultsOf(intent)).toMatchObject([{ outcome: 'delivered' }]);
    }
  });

  test('and nothing stays', async () => {
    expect(await stack.depths()).toMatchObject({ intents: 0, failedEvents: 0 });
  });
});

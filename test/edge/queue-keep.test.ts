import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeDeadLetter, queueUrlOf, readRecord } from '../../shared/edge/queue.ts';
import { makePostpone } from '../../shared/edge/queue-return.ts';
import { keptLog } from '../support/logs.ts';
import { recordOf } from '../support/sqs.ts';

const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents';
const sqs = mockClient(SQSClient);

afterEach(() => {
  sqs.reset();
});
afterAll(() => sqs.restore());

const text = (stringValue: string) => ({ stringValue, dataType: 'String' }) as const;

describe('an SQS record is read for what the control loop needs', () => {
  it('with its receive count and its sending time', () => {
    expect(readRecord(recordOf('body', { a: text('x') }))).toEqual({
      messageId: 'm1',
      receiptHandle: 'receipt of m1',
      body: 'body',
      messageAttributes: { a: text('x') },
      receiveCount: 3,
      sentAt: 1_769_860_800_000,
    });
  });

  it('without a sending time, if the server does not set it', () => {
    const record = recordOf('body', {});
    const attributes = { ...record.attributes, SentTimestamp: '' };
    expect(readRecord({ ...record, attributes })).not.toHaveProperty('sentAt');
  });
});

it.each([
  ['arn:aws:sqs:eu-central-1:000000000000:intents', QUEUE],
  ['arn:aws-us-gov:sqs:us-gov-west-1:1:q', 'https://sqs.us-gov-west-1.amazonaws.com/1/q'],
  ['arn:aws-cn:sqs:cn-north-1:1:q', 'https://sqs.cn-north-1.amazonaws.com.cn/1/q'],
])('the ARN %s tells the URL of its queue', (arn, url) => {
  expect(queueUrlOf(arn)).toBe(url);
});

describe('an unreadable message goes to the dead-letter queue (P8)', () => {
  const deadLetter = async (body: string, attributes: SQSMessageAttributes = {}) => {
    const { log, lines } = keptLog();
    const done = await makeDeadLetter({ sqs: new SQSClient({}), log }, { queueUrl: QUEUE })(
      readRecord(recordOf(body, attributes)),
      'the message is not JSON',
    );
    const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    return { done, input, lines };
  };
  const REASON = { DataType: 'String', StringValue: 'the message is not JSON' };

  it.each([['not json'], ['{"a": 1 ,}\n\t'], ['€ 😀 \u0085'], ['x'.repeat(250_000)]])(
    'byte for byte, with the reason as an attribute: %#',
    async (body) => {
      const { done, input } = await deadLetter(body);
      expect(done).toBe(true);
      expect(input).toEqual({
        QueueUrl: QUEUE,
        MessageBody: body,
        MessageAttributes: { reason: REASON },
      });
    },
  );

  it('with its own attributes: strings, numbers and binary', async () => {
    const { input } = await deadLetter('x', {
      trace: text('t'),
      count: { stringValue: '7', dataType: 'Number' },
      bytes: { binaryValue: Buffer.from([0, 255, 1]).toString('base64'), dataType: 'Binary.gzip' },
    });
    expect(input?.MessageAttributes).toEqual({
      trace: { DataType: 'String', StringValue: 't' },
      count: { DataType: 'Number', StringValue: '7' },
      bytes: { DataType: 'Binary.gzip', BinaryValue: Buffer.from([0, 255, 1]) },
      reason: REASON,
    });
  });

  it('with at most ten attributes, the reason among them', async () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, text(`${i}`)]));
    const { input } = await deadLetter('x', ten);
    expect(Object.keys(input?.MessageAttributes ?? {})).toHaveLength(10);
    expect(input?.MessageAttributes).toMatchObject({ reason: REASON, a0: { StringValue: '0' } });
  });

  it('a new reason replaces an old one, and drops no other attribute', async () => {
    const nine = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a${i}`, text(`${i}`)]));
    const { input } = await deadLetter('x', { reason: text('older'), ...nine });
    expect(input?.MessageAttributes?.reason).toEqual(REASON);
    expect(Object.keys(input?.MessageAttributes ?? {})).toHaveLength(10);
  });

  it('if the dead-letter queue refuses it, the result is false, and nothing is thrown', async () => {
    sqs.on(SendMessageCommand).rejects(new Error('no such queue'));
    const { done, lines } = await deadLetter('secret body');
    expect(done).toBe(false);
    expect(sqs.commandCalls(SendMessageCommand)).toHaveLength(1);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'not dead-lettered',
        fields: {
          message_id: 'm1',
          reason: 'the message is not JSON',
          why: 'Error: no such queue',
        },
      },
    ]);
  });
});

describe('messages come back after a set delay', () => {
  const postpone = async (count: number) => {
    const { log, lines } = keptLog();
    const messages = Array.from({ length: count }, (_, i) =>
      readRecord(recordOf('x', {}, `m${i}`)),
    );
    await makePostpone(
      { sqs: new SQSClient({}), log },
      { queueUrl: QUEUE },
    )(messages.map((message, i) => [message, i + 2] as const));
    const inputs = sqs
      .commandCalls(ChangeMessageVisibilityBatchCommand)
      .map(({ args: [{ input }] }) => input);
    return { inputs, lines };
  };

  it('each with its own delay, in batches of ten', async () => {
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const { inputs, lines } = await postpone(23);
    expect(inputs.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3]);
    expect(inputs.every(({ QueueUrl }) => QueueUrl === QUEUE)).toBe(true);
    const entries = inputs.flatMap(({ Entries = [] }) => Entries);
    expect(
      entries.map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]),
    ).toEqual(Array.from({ length: 23 }, (_, i) => [`receipt of m${i}`, i + 2]));
    expect(lines).toEqual([]);
  });

  it('no messages, no request', async () => {
    expect((await postpone(0)).inputs).toEqual([]);
  });

  it('after a failure they come back by their visibility timeout', async () => {
    sqs
      .on(ChangeMessageVisibilityBatchCommand)
      .rejectsOnce(new Error('socket hang up'))
      .resolves({ Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }] });
    const { inputs, lines } = await postpone(20);
    expect(inputs).toHaveLength(2);
    expect(lines.map(({ fields }) => fields)).toEqual(
      expect.arrayContaining([
        { messages: 1 },
        { messages: 10, reason: 'unreachable', error: 'Error: socket hang up' },
      ]),
    );
  });
});

it('a queue that fails every request is asked eight times to give back 2,000 messages', async () => {
  sqs.on(ChangeMessageVisibilityBatchCommand).rejects(new Error('timeout'));
  const { log, lines } = keptLog();
  const postpone = makePostpone({ sqs: new SQSClient({}), log }, { queueUrl: QUEUE });
  const messages = Array.from(
    { length: 2_000 },
    (_, i) => [{ receiptHandle: `${i}` }, 60] as const,
  );
  expect(new Set(await postpone(messages))).toEqual(new Set([false]));
  expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)).toHaveLength(8);
  expect(lines).toHaveLength(8);
});

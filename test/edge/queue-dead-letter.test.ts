import {
  CreateQueueCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from '../../local/mapping/sqs-record.ts';
import { type QueueServer, startQueueServer } from '../../local/queue/server.ts';
import { REQUEST_BOUNDS } from '../../shared/edge/aws.ts';
import { makeDeadLetter, readRecord } from '../../shared/edge/queue.ts';
import { AWS } from '../support/aws.ts';
import { keptLog } from '../support/logs.ts';

const REASON = 'the message is not JSON';
const MIB = 1024 * 1024;
/** The limit of regions that do not accept 1 MiB yet. */
const LAGGING = 256 * 1024;

let server: QueueServer;
let sqs: SQSClient;
beforeAll(async () => {
  server = await startQueueServer(undefined);
  sqs = new SQSClient({ ...AWS, ...REQUEST_BOUNDS, endpoint: server.endpoint });
});
afterAll(async () => {
  sqs.destroy();
  await server.stop();
});

let queues = 0;

/** Dead-letters a message as Lambda delivers it. Returns what the dead-letter queue has then. */
const deadLetter = async (
  body: string,
  attributes: Record<string, MessageAttributeValue> = {},
  limit = MIB,
) => {
  const created = new CreateQueueCommand({
    QueueName: `dead-${++queues}`,
    Attributes: { MaximumMessageSize: String(limit) },
  });
  const { QueueUrl = '' } = await sqs.send(created);
  const { log, lines } = keptLog();
  const given = recordOf(
    {
      MessageId: 'm1',
      ReceiptHandle: 'r1',
      Body: body,
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: attributes,
    },
    { queueArn: 'arn:aws:sqs:eu-west-1:000000000000:intents', region: 'eu-west-1' },
  );
  const done = await makeDeadLetter({ sqs, log }, { queueUrl: QueueUrl })(
    readRecord(given),
    REASON,
  );
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return { done, lines, messages };
};

const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });

/** The size of an attribute by SQS's rule: its name, type and value. */
const bytesOf = (attributes: Record<string, MessageAttributeValue>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '' }]) =>
      sum + Buffer.byteLength(name + DataType + StringValue),
    0,
  );

const line = (attributes: string) => ({
  level: 'warn',
  event: 'dead-lettered',
  fields: { message_id: 'm1', reason: REASON, attributes },
});

const WITH_REASON = bytesOf({ reason: text(REASON) });
const TEN = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, text(`value ${i}`)]));

describe('size never keeps a message from the dead-letter queue (P8), with a real client on a real wire', () => {
  describe.each([MIB, LAGGING])('at a limit of %d bytes', (limit) => {
    it('with room for the reason, it has the reason', async () => {
      const body = '€'.repeat(2) + 'x'.repeat(limit - WITH_REASON - 6);
      const { done, lines, messages } = await deadLetter(body, {}, limit);
      expect(done).toBe(true);
      expect(messages.map(({ Body }) => Body)).toEqual([body]);
      expect(messages[0]?.MessageAttributes).toEqual({ reason: text(REASON) });
      expect(lines).toEqual([line('all')]);
    });

    it('one byte more, it goes without the reason, and the log has it', async () => {
      const body = 'x'.repeat(limit - WITH_REASON + 1);
      const { done, lines, messages } = await deadLetter(body, {}, limit);
      expect(done).toBe(true);
      expect(messages.map(({ Body }) => Body)).toEqual([body]);
      expect(messages[0]?.MessageAttributes).toBeUndefined();
      expect(lines).toEqual([line('none')]);
    });

    it('at the limit, byte for byte', async () => {
      const body = `{"not json €€€${'x'.repeat(limit - 20)}`;
      expect(Buffer.byteLength(body)).toBe(limit);
      const { done, lines, messages } = await deadLetter(body, {}, limit);
      expect(done).toBe(true);
      expect(messages.map(({ Body }) => Body)).toEqual([body]);
      expect(lines).toEqual([line('none')]);
    });

    it('with ten attributes of its own and no room, it keeps them and goes without the reason', async () => {
      const body = 'x'.repeat(limit - bytesOf(TEN));
      const { done, lines, messages } = await deadLetter(body, TEN, limit);
      expect(done).toBe(true);
      expect(messages.map(({ Body }) => Body)).toEqual([body]);
      expect(messages[0]?.MessageAttributes).toEqual(TEN);
      expect(lines).toEqual([line('all but the reason')]);
    });
  });

  it('with ten attributes and room, it keeps nine of them and the reason', async () => {
    const { done, lines, messages } = await deadLetter('x', TEN);
    expect(done).toBe(true);
    const { a9, ...nine } = TEN;
    expect(messages[0]?.MessageAttributes).toEqual({ ...nine, reason: text(REASON) });
    expect(lines).toEqual([line('most')]);
  });

  it('if the dead-letter queue takes less than the queue did, the body goes alone', async () => {
    const { done, lines, messages } = await deadLetter('x'.repeat(LAGGING), TEN, LAGGING);
    expect(done).toBe(true);
    expect(messages[0]?.MessageAttributes).toBeUndefined();
    expect(lines).toEqual([line('none')]);
  });

  it('if nothing fits, it stays on its queue, and the log says why', async () => {
    const { done, lines, messages } = await deadLetter('x'.repeat(LAGGING + 1), {}, LAGGING);
    expect([done, messages]).toEqual([false, []]);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'not dead-lettered',
        fields: {
          message_id: 'm1',
          reason: REASON,
          why: expect.stringMatching(/must be shorter than 262144 bytes/),
        },
      },
    ]);
  });
});

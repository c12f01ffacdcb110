import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gatherBatches } from '../../local/mapping/gather-batches.ts';
import { until } from '../support/until.ts';
import {
  bodies,
  makeClient,
  makeQueue,
  numbered,
  region,
  start,
  stops,
  useQueues,
} from './begin-mapping.ts';

useQueues();

const ATTRIBUTES: Record<string, MessageAttributeValue> = {
  reason: { DataType: 'String', StringValue: 'why' },
  count: { DataType: 'Number', StringValue: '7' },
  raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
};

describe('records are exactly as Lambda makes them', () => {
  test('attributes of each type, digests, counts and origin included', async () => {
    const queue = makeQueue();
    const sent = await makeClient().send(
      new SendMessageCommand({
        QueueUrl: queue.queueUrl,
        MessageBody: '{"ü":1}',
        MessageAttributes: ATTRIBUTES,
      }),
    );
    const events: SQSEvent[] = [];
    start(queue, { invoke: async (event) => events.push(event) && undefined });
    await until(() => expect(events).toHaveLength(1));
    const lists = { stringListValues: [], binaryListValues: [] };
    const timestamp = expect.stringMatching(/^\d{13}$/);
    expect(events[0]).toEqual({
      Records: [
        {
          messageId: sent.MessageId,
          receiptHandle: expect.any(String),
          body: '{"ü":1}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: timestamp,
            SenderId: '000000000000',
            ApproximateFirstReceiveTimestamp: timestamp,
          },
          messageAttributes: {
            reason: { stringValue: 'why', dataType: 'String', ...lists },
            count: { stringValue: '7', dataType: 'Number', ...lists },
            raw: { binaryValue: 'AP8=', dataType: 'Binary', ...lists },
          },
          md5OfBody: sent.MD5OfMessageBody,
          md5OfMessageAttributes: sent.MD5OfMessageAttributes,
          eventSource: 'aws:sqs',
          eventSourceARN: queue.queueArn,
          awsRegion: region,
        },
      ],
    });
  });
});

describe('a batch is handed over when it is full, its window has passed, or the payload would be', () => {
  const record = (body: string): SQSRecord => ({
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1',
      SenderId: '1',
      ApproximateFirstReceiveTimestamp: '1',
    },
    messageAttributes: {},
    md5OfBody: 'd',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: region,
  });
  const gather = (batchSize: number, windowMs: number) => {
    const handed: number[] = [];
    const handOver = (batch: readonly SQSRecord[]) => handed.push(batch.length);
    return { handed, ...gatherBatches({ batchSize, windowMs, handOver }) };
  };
  const records = (count: number) => numbered(count).map(record);

  afterEach(() => {
    vi.useRealTimers();
  });

  test('full: at once, the rest waits for its own window', () => {
    vi.useFakeTimers();
    const { handed, add, size } = gather(4, 1_000);
    add(records(10));
    expect([handed, size()]).toEqual([[4, 4], 2]);
    vi.advanceTimersByTime(1_000);
    expect([handed, size()]).toEqual([[4, 4, 2], 0]);
  });

  test('the window runs from the first message of the batch, and an empty one is not handed over', () => {
    vi.useFakeTimers();
    const { handed, add } = gather(100, 1_000);
    vi.advanceTimersByTime(5_000);
    add([]);
    add(records(1));
    vi.advanceTimersByTime(999);
    add(records(2));
    expect(handed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(handed).toEqual([3]);
    add(records(1));
    vi.advanceTimersByTime(999);
    expect(handed).toEqual([3]);
    vi.advanceTimersByTime(1);
    expect(handed).toEqual([3, 1]);
  });

  test('a batch that was full leaves no timer behind to cut the next one short', () => {
    vi.useFakeTimers();
    const { handed, add } = gather(2, 1_000);
    add(records(1));
    vi.advanceTimersByTime(900);
    add(records(2));
    vi.advanceTimersByTime(999);
    expect(handed).toEqual([2]);
    vi.advanceTimersByTime(1);
    expect(handed).toEqual([2, 1]);
  });

  test('no window: what one receive gave', () => {
    const { handed, add } = gather(100, 0);
    add(records(3));
    add(records(7));
    expect(handed).toEqual([3, 7]);
  });

  test('payload: 6,291,456 bytes pass, one more begins the next batch', () => {
    const frame = (body: string) => JSON.stringify({ Records: [record(body), record('')] });
    const room = 6_291_456 - Buffer.byteLength(frame(''));
    // Two bytes a character in UTF-8, and two for an escaped quote.
    const full = `${'ü'.repeat((room - (room % 2)) / 2 - 1)}"${'x'.repeat(room % 2)}`;
    expect(Buffer.byteLength(frame(full))).toBe(6_291_456);
    const fitting = gather(100, 0);
    fitting.add([record(full), record('')]);
    expect(fitting.handed).toEqual([2]);
    const over = gather(100, 0);
    over.add([record(full), record('x'), record('')]);
    expect(over.handed).toEqual([1, 2]);
  });

  test('over the wire: ten receives make one batch', async () => {
    const queue = makeQueue();
    queue.send(...numbered(130));
    const sizes: number[] = [];
    const invoke = async (event: SQSEvent) => {
      sizes.push(event.Records.length);
    };
    const { stop } = start(queue, { batchSize: 100, batchWindowSeconds: 60, invoke });
    await until(() => expect([sizes, queue.received()]).toEqual([[100], 130]));
    await stop();
    expect([sizes, queue.isEmpty()]).toEqual([[100, 30], true]);
  });

  test('over the wire: a batch that does not fill up leaves with its window', async () => {
    const queue = makeQueue();
    queue.send(...numbered(3));
    const events: SQSEvent[] = [];
    const started = performance.now();
    const invoke = async (event: SQSEvent) => {
      events.push(event);
    };
    start(queue, { batchSize: 100, batchWindowSeconds: 0.2, invoke });
    await until(() => expect(queue.isEmpty()).toBe(true));
    expect(performance.now() - started).toBeGreaterThan(190);
    expect(events.map(bodies)).toEqual([['0', '1', '2']]);
  });

  test('over the wire: seven messages of a megabyte are two invocations', async () => {
    const queue = makeQueue();
    const batches: string[][] = [];
    const payloads: number[] = [];
    const invoke = async (event: SQSEvent) => {
      batches.push(bodies(event).map((body) => body.slice(0, 1)));
      payloads.push(Buffer.byteLength(JSON.stringify(event)));
    };
    queue.send(...numbered(7).map((n) => n.padEnd(1_000_000)));
    const { stop } = start(queue, { batchWindowSeconds: 60, invoke });
    await until(() => expect(queue.received()).toBe(7));
    await stop();
    expect(batches).toEqual([['0', '1', '2', '3', '4', '5'], ['6']]);
    expect(Math.max(...payloads)).toBeLessThanOrEqual(6_291_456);
  });
});

describe('never more invocations at once than allowed', () => {
  test('and no message is taken from the queue that none of them can have', async () => {
    const queue = makeQueue();
    queue.send(...numbered(200));
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const invoke = async () => {
      running += 1;
      most = Math.max(most, running);
      await gate.promise;
      running -= 1;
    };
    start(queue, { batchSize: 30, batchWindowSeconds: 60, maxConcurrency: 3, invoke });
    await until(() => expect(running).toBe(3));
    expect([queue.hidden().length, queue.ready().length]).toEqual([90, 110]);
    gate.resolve();
    await until(() => expect(queue.received()).toBe(200));
    await stops.pop()?.();
    expect([queue.isEmpty(), most]).toEqual([true, 3]);
  });
});

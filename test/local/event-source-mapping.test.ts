import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readBatchResponse } from '../../local/mapping/batch-response.ts';
import {
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../local/mapping/event-source-mapping.ts';
import { gatherBatches } from '../../local/mapping/gather-batches.ts';
import { until } from '../support/until.ts';

const region = 'eu-west-1';

let server: FauxqsServer;
let sqs: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  sqs = makeClient();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.stop();
});

const clients: SQSClient[] = [];
/** How many messages have reached a client, by their queue: what a queue hides may still be on its way. */
const received = new Map<string, number>();
const makeClient = (): SQSClient => {
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const reply = await next(args);
      if ('QueueUrl' in args.input && 'Messages' in reply.output) {
        const { QueueUrl: url = '' } = args.input;
        received.set(url, (received.get(url) ?? 0) + (reply.output.Messages?.length ?? 0));
      }
      return reply;
    },
    { step: 'initialize' },
  );
  clients.push(client);
  return client;
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

let queues = 0;

/** Longer than any test lasts: nothing comes back only because the machine is slow. */
const VisibilityTimeout = '3600';

/** A queue of its own for each test, and what a test wants to do with it. */
const makeQueue = (more: Record<string, string> = {}) => {
  queues += 1;
  const name = `queue-${queues}`;
  const attributes = { VisibilityTimeout, ...more };
  const created = server.createQueue(name, { region, attributes });
  const queueUrl = `http://127.0.0.1:${server.port}${new URL(created.queueUrl).pathname}`;
  const inspect = () => {
    const messages = server.inspectQueue(name)?.messages;
    if (messages === undefined) throw new Error(`no queue ${name}`);
    return messages;
  };
  return {
    queueUrl,
    queueArn: created.queueArn,
    ready: () => inspect().ready.map(({ body }) => body),
    hidden: () => inspect().inflight.map(({ message }) => message.body),
    received: () => received.get(queueUrl) ?? 0,
    isEmpty: () => inspect().ready.length + inspect().inflight.length === 0,
    send: (...bodies: string[]) => {
      for (const body of bodies) server.sendMessage(name, body, { region });
    },
  };
};
type Queue = ReturnType<typeof makeQueue>;

const start = (queue: Queue, options: Partial<EventSourceMappingOptions> = {}) => {
  const mapping = startEventSourceMapping({
    sqs,
    queueUrl: queue.queueUrl,
    queueArn: queue.queueArn,
    region,
    batchSize: 10,
    batchWindowSeconds: 0,
    maxConcurrency: 2,
    invoke: async () => undefined,
    ...options,
  });
  stops.push(mapping.stop);
  return mapping;
};

/** Makes a message that was received come back after so many seconds. */
const hideFor = (queue: Queue, ReceiptHandle: string, seconds: number) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.queueUrl,
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }),
  );

const bodies = (event: SQSEvent): string[] => event.Records.map(({ body }) => body);
const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);
const idOf = (event: SQSEvent, body: string): string | undefined =>
  event.Records.find((record) => record.body === body)?.messageId;

describe('records are exactly as Lambda makes them', () => {
  test('attributes of each type, digests, counts and origin included', async () => {
    const queue = makeQueue();
    const attributes: Record<string, MessageAttributeValue> = {
      reason: { DataType: 'String', StringValue: 'why' },
      count: { DataType: 'Number', StringValue: '7' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.queueUrl,
        MessageBody: '{"ü":1}',
        MessageAttributes: attributes,
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

describe('a response is read as Lambda reads partial batch responses', () => {
  const ids = new Set(['a', 'b']);

  test.each([
    undefined,
    null,
    {},
    { batchItemFailures: undefined },
    { batchItemFailures: null },
    { batchItemFailures: [] },
  ])('%j: all succeeded', (response) => {
    expect(readBatchResponse(response, ids)).toEqual({ kind: 'read', failed: new Set() });
  });

  test('named messages failed, the others succeeded; named twice is named once', () => {
    const items = ['b', 'b'].map((itemIdentifier) => ({ itemIdentifier }));
    const reading = readBatchResponse({ batchItemFailures: items }, ids);
    expect(reading).toEqual({ kind: 'read', failed: new Set(['b']) });
  });

  const good = { itemIdentifier: 'a' };
  test.each([
    [{ batchItemFailures: [good, { itemIdentifier: '' }] }],
    [{ batchItemFailures: [good, { itemIdentifier: null }] }],
    [{ batchItemFailures: [good, {}] }],
    [{ batchItemFailures: [good, { messageId: 'b' }] }],
    [{ batchItemFailures: [good, { itemIdentifier: 'unknown' }] }],
    [{ batchItemFailures: [good, { itemIdentifier: 7 }] }],
    [{ batchItemFailures: [good, null] }],
    [{ batchItemFailures: ['a'] }],
    [{ batchItemFailures: 'a' }],
    [{ batchitemfailures: [good] }],
    ['{"batchItemFailures":[]}'],
    [''],
    [[]],
    [true],
  ])('%j: the whole batch failed', (response) => {
    expect(readBatchResponse(response, ids)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('what did not fail is deleted, what failed stays', () => {
  test('named messages alone stay behind', async () => {
    const queue = makeQueue();
    const invoke = vi.fn(async (event: SQSEvent) => ({
      batchItemFailures: ['3', '17'].map((body) => ({ itemIdentifier: idOf(event, body) })),
    }));
    queue.send(...numbered(25));
    start(queue, { batchSize: 25, batchWindowSeconds: 60, invoke });
    await until(() => expect(queue.hidden().sort()).toEqual(['17', '3']));
    expect([queue.ready(), invoke.mock.calls.length]).toEqual([[], 1]);
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('timeout'))],
    [
      'throws',
      () => {
        throw new Error('at once');
      },
    ],
    ['names a stranger', async () => ({ batchItemFailures: [{ itemIdentifier: 'stranger' }] })],
  ])('a function that %s fails the whole batch', async (_, invoke) => {
    const queue = makeQueue();
    const log = vi.fn();
    queue.send(...numbered(3));
    start(queue, { invoke, log });
    await until(() => expect(log).toHaveBeenCalledTimes(1));
    await stops.pop()?.();
    expect(queue.hidden()).toHaveLength(3);
  });

  test('a failed message comes back when its visibility timeout lapses, counted', async () => {
    const queue = makeQueue();
    const counts: string[] = [];
    const invoke = async ({ Records }: SQSEvent) => {
      counts.push(...Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      if (counts.length > 1) return;
      // Of this receive alone: however late the next one is deleted, it does not come back before.
      for (const { receiptHandle } of Records) await hideFor(queue, receiptHandle, 1);
      throw new Error('the first time');
    };
    queue.send('once more');
    start(queue, { invoke });
    await until(() => expect(queue.isEmpty()).toBe(true));
    expect(counts).toEqual(['1', '2']);
  });

  test('the function may spoil the records it is given', async () => {
    const queue = makeQueue();
    const invoke = async ({ Records }: SQSEvent) => {
      for (const record of Records) record.receiptHandle = 'spoiled';
      Records.length = 0;
    };
    queue.send(...numbered(3));
    start(queue, { invoke });
    await until(() => expect(queue.isEmpty()).toBe(true));
  });
});

describe('a message that keeps failing goes to the dead-letter queue', () => {
  test('after as many receives as the queue allows, while its neighbours go through', async () => {
    const dead = makeQueue();
    const queue = makeQueue({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.queueArn, maxReceiveCount: 3 }),
    });
    const attempts = new Map<string, number>();
    const invoke = async (event: SQSEvent) => {
      for (const body of bodies(event)) attempts.set(body, (attempts.get(body) ?? 0) + 1);
      const failed = event.Records.filter(({ body }) => body === 'poison');
      for (const { receiptHandle } of failed) await hideFor(queue, receiptHandle, 0);
      return {
        batchItemFailures: failed.map(({ messageId: itemIdentifier }) => ({ itemIdentifier })),
      };
    };
    queue.send('one', 'poison', 'two');
    start(queue, { invoke });
    const settled = () => [dead.ready(), queue.isEmpty()];
    await until(() => expect(settled()).toEqual([['poison'], true]));
    expect(Object.fromEntries(attempts)).toEqual({ one: 1, poison: 3, two: 1 });
  });
});

describe('a queue in trouble is waited for', () => {
  test('an outage is told once, another one again, and then work goes on', async () => {
    const queue = makeQueue();
    const client = makeClient();
    let away = true;
    const refused = { ReceiveMessageCommand: 0, DeleteMessageBatchCommand: 0 };
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (!away) return next(args);
          if (commandName === 'ReceiveMessageCommand') refused.ReceiveMessageCommand += 1;
          if (commandName === 'DeleteMessageBatchCommand') refused.DeleteMessageBatchCommand += 1;
          return Promise.reject(new Error('away'));
        },
      { step: 'finalizeRequest' },
    );

    const lines: string[] = [];
    const invoke = async () => {
      away = true;
    };
    start(queue, { sqs: client, longPollSeconds: 1, log: (line) => lines.push(line), invoke });
    const lost = 'the queue cannot be polled';
    const found = 'the queue answers again';
    await until(() => expect(refused.ReceiveMessageCommand).toBeGreaterThan(1));
    expect(lines).toEqual([lost]);

    queue.send('one');
    away = false;
    await until(() => expect(refused.DeleteMessageBatchCommand).toBeGreaterThan(0));
    await until(() => expect(lines).toEqual([lost, found, lost]));
    away = false;
    await until(() => expect(queue.isEmpty()).toBe(true));
    await until(() => expect(lines).toEqual([lost, found, lost, found]));
  });

  test('messages that cannot be deleted are told of, and left to come back', async () => {
    const queue = makeQueue();
    const client = makeClient();
    let attempts = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        const reply = await next(args);
        if (!('Entries' in args.input)) return reply;
        attempts += 1;
        const failed = { Id: args.input.Entries?.at(-1)?.Id, SenderFault: false, Code: 'Busy' };
        return { ...reply, output: { ...reply.output, Successful: [], Failed: [failed] } };
      },
      { step: 'initialize' },
    );
    const lines: string[] = [];
    queue.send(...numbered(3));
    start(queue, { sqs: client, log: (line) => lines.push(line) });
    const told = ['1 messages could not be deleted and will come back'];
    await until(() => expect(lines).toEqual(told));
    expect(attempts).toBeGreaterThan(2);
  });
});

describe('stopping', () => {
  // The deadline is well below the long poll's twenty seconds.
  test('ends a long poll at once', { timeout: 15_000 }, async () => {
    const sent = Promise.withResolvers<void>();
    const client = makeClient();
    client.middlewareStack.add(
      (next) => (args) => {
        const reply = next(args);
        sent.resolve();
        return reply;
      },
      { step: 'deserialize' },
    );
    const { stop } = start(makeQueue(), { sqs: client });
    await sent.promise;
    await stop();
  });

  test('hands over what was received, and waits for the invocation and its deletes', async () => {
    const queue = makeQueue();
    queue.send(...numbered(12));
    const began = Promise.withResolvers<string[]>();
    const gate = Promise.withResolvers<void>();
    const { stop } = start(queue, {
      batchSize: 100,
      batchWindowSeconds: 60,
      invoke: async (event) => {
        began.resolve(bodies(event));
        await gate.promise;
      },
    });
    await until(() => expect(queue.received()).toBe(12));
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    expect((await began.promise).sort()).toEqual(numbered(12).sort());
    expect([stopped, queue.hidden().length]).toEqual([false, 12]);
    gate.resolve();
    await stopping;
    expect(queue.isEmpty()).toBe(true);
  });
});

describe('many messages', () => {
  test('are each handled once, in full batches', async () => {
    const queue = makeQueue();
    const all = numbered(2_000);
    queue.send(...all);
    const batches: string[][] = [];
    const invoke = async (event: SQSEvent) => {
      batches.push(bodies(event));
    };
    start(queue, { batchSize: 500, batchWindowSeconds: 60, maxConcurrency: 4, invoke });
    await until(() => expect(queue.isEmpty()).toBe(true));
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 500, 500]);
    expect(new Set(batches.flat())).toEqual(new Set(all));
  });
});

import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { bodies, makeClient, makeQueue, numbered, start, useQueues } from './begin-mapping.ts';

useQueues();

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

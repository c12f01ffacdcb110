import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { readBatchResponse } from '../../local/mapping/batch-response.ts';
import { until } from '../support/until.ts';
import {
  bodies,
  hideFor,
  idOf,
  makeQueue,
  numbered,
  start,
  stops,
  useQueues,
} from './begin-mapping.ts';

useQueues();

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

import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import * as v from 'valibot';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeEnqueue } from '../../shared/edge/queue.ts';
import type { Log } from '../../shared/json/log.ts';
import { isProjectId, type ProjectId } from '../../shared/operations/operation.ts';
import { keptLog } from '../support/logs.ts';
import { batchAnswer, type EntryFate } from '../support/sqs.ts';

const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents';
const PROJECT = v.parse(v.custom<ProjectId>(isProjectId), 'noisy');
const sqs = mockClient(SQSClient);

afterEach(() => {
  sqs.reset();
});
afterAll(() => sqs.restore());

const enqueueTo = (log: Log, maxBytes: number) => {
  const enqueue = makeEnqueue({ sqs: new SQSClient({}), log }, { queueUrl: QUEUE, maxBytes });
  return (bodies: readonly string[]) => enqueue(bodies.map((body) => ({ body, project: PROJECT })));
};

const begin = (
  fateOf: (body: string, times: number) => EntryFate = () => 'taken',
  maxBytes = 256 * 1024,
) => {
  const seen = new Map<string, number>();
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) =>
    batchAnswer(Entries, (body) => {
      seen.set(body, (seen.get(body) ?? 0) + 1);
      return fateOf(body, seen.get(body) ?? 0);
    }),
  );
  const { log, lines } = keptLog();
  return { enqueue: enqueueTo(log, maxBytes), lines };
};

/** The bodies of each batch that was sent. */
const batches = () =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .map(({ args: [{ input }] }) => input.Entries?.map(({ MessageBody }) => MessageBody));

const bodies = (count: number) => Array.from({ length: count }, (_, i) => `body ${i}`);

describe('messages go to the queue in batches', () => {
  it('of at most ten, in order, to the right queue, with distinct ids', async () => {
    const { enqueue } = begin();
    expect(await enqueue(bodies(23))).toEqual(Array(23).fill(true));
    expect(batches().map((batch) => batch?.length)).toEqual([10, 10, 3]);
    expect(batches().flat()).toEqual(bodies(23));
    for (const {
      args: [{ input }],
    } of sqs.commandCalls(SendMessageBatchCommand)) {
      expect(input.QueueUrl).toBe(QUEUE);
      expect(new Set(input.Entries?.map(({ Id }) => Id)).size).toBe(input.Entries?.length);
    }
  });

  it('each in the group of its project, so that the queue is fair between projects', async () => {
    const { enqueue } = begin();
    await enqueue(bodies(11));
    const entries = sqs
      .commandCalls(SendMessageBatchCommand)
      .flatMap(({ args: [{ input }] }) => input.Entries ?? []);
    expect(entries.map(({ MessageGroupId }) => MessageGroupId)).toEqual(Array(11).fill('noisy'));
  });

  it('within the size limit, counted in bytes of UTF-8', async () => {
    const { enqueue } = begin(undefined, 30);
    await enqueue(['€'.repeat(5), '€'.repeat(5), 'x', 'y'.repeat(29)]);
    expect(batches()).toEqual([
      ['€'.repeat(5), '€'.repeat(5)],
      ['x', 'y'.repeat(29)],
    ]);
  });

  it('a larger message goes alone, and is refused alone', async () => {
    const { enqueue } = begin((body) => (body.length > 30 ? 'never' : 'taken'), 30);
    expect(await enqueue(['x', 'y'.repeat(31), 'z'])).toEqual([true, false, true]);
    expect(batches()).toEqual([['x'], ['y'.repeat(31)], ['z']]);
  });

  it('no messages, no request', async () => {
    const { enqueue } = begin();
    expect(await enqueue([])).toEqual([]);
    expect(batches()).toEqual([]);
  });

  it('with bounded concurrency', async () => {
    let [open, most] = [0, 0];
    sqs.on(SendMessageBatchCommand).callsFake(async ({ Entries }) => {
      open++;
      most = Math.max(most, open);
      await new Promise((done) => setImmediate(done));
      open--;
      return batchAnswer(Entries, () => 'taken');
    });
    const { log } = keptLog();
    const enqueue = enqueueTo(log, 1_000_000);
    expect(await enqueue(bodies(400))).toEqual(Array(400).fill(true));
    expect(most).toBe(8);
  });
});

describe('only messages that the queue has count as taken (P1)', () => {
  it('only failed entries are retried', async () => {
    const { enqueue } = begin((body, times) =>
      body === 'body 1' && times < 3 ? 'again' : 'taken',
    );
    expect(await enqueue(bodies(3))).toEqual([true, true, true]);
    expect(batches()).toEqual([bodies(3), ['body 1'], ['body 1']]);
  });

  it('entries that keep failing are not taken', async () => {
    const { enqueue } = begin((body) => (body === 'body 1' ? 'again' : 'taken'));
    expect(await enqueue(bodies(3))).toEqual([true, false, true]);
    expect(batches()).toEqual([bodies(3), ['body 1'], ['body 1'], ['body 1']]);
  });

  it('entries that SQS calls a sender fault are not retried', async () => {
    const { enqueue } = begin((body) => (body === 'body 1' ? 'never' : 'taken'));
    expect(await enqueue(bodies(3))).toEqual([true, false, true]);
    expect(batches()).toEqual([bodies(3)]);
  });

  it('entries missing in the reply are not taken', async () => {
    const { enqueue } = begin((body, times) =>
      body === 'body 1' && times === 1 ? 'silent' : 'taken',
    );
    expect(await enqueue(bodies(3))).toEqual([true, true, true]);
    expect(batches()).toEqual([bodies(3), ['body 1']]);
    sqs.reset();
    sqs.on(SendMessageBatchCommand).resolves({});
    expect(await enqueue(['a'])).toEqual([false]);
  });

  it('a failed request affects no other', async () => {
    const { enqueue } = begin();
    sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => {
      if (Entries[0].MessageBody === 'body 10') throw new Error('socket hang up');
      return batchAnswer(Entries, () => 'taken');
    });
    const taken = await enqueue(bodies(25));
    expect(taken).toEqual(bodies(25).map((_, i) => i < 10 || i >= 20));
  });

  it('the log line has no body', async () => {
    const { enqueue, lines } = begin((body) => (body === 'body 1' ? 'never' : 'taken'));
    await enqueue(bodies(2));
    sqs.on(SendMessageBatchCommand).rejects(new Error('socket hang up'));
    await enqueue(bodies(2));
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'not queued',
        fields: { code: 'InvalidMessageContents', sender_fault: true },
      },
      {
        level: 'warn',
        event: 'not queued',
        fields: { messages: 2, reason: 'unreachable', error: 'Error: socket hang up' },
      },
    ]);
  });
});

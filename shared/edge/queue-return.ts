import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { makeFailingStreak } from '../batching/failing-streak.ts';
import { pack } from '../batching/pack.ts';
import type { Log, LogEvent } from '../json/log.ts';
import { troubleOf } from '../json/trouble.ts';

/** What the queue gave with a message, to name it by. */
export interface Receipt {
  readonly receiptHandle: string;
}

/** Entries per SQS batch request. */
const BATCH = 10;

/** Concurrent batch requests. */
const CONCURRENCY = 8;

export interface ReturnEdges {
  readonly sqs: SQSClient;
  readonly log: Log;
}

/**
 * Sends all in batches. Says of each, in order, whether the queue took it. Logs as `event` how many it did not take. If eight
 * requests in a row fail with all their retries, no other begins: a queue that hangs would take all the time of the function.
 */
const inBatches = async <T>(
  all: readonly T[],
  { log }: ReturnEdges,
  event: LogEvent,
  send: (batch: readonly T[]) => Promise<{ readonly Failed?: BatchResultErrorEntry[] | undefined }>,
): Promise<readonly boolean[]> => {
  const slots = pLimit(CONCURRENCY);
  const streak = makeFailingStreak(CONCURRENCY);
  const sendBatch = async (batch: readonly T[]): Promise<readonly boolean[]> => {
    if (streak.isDown()) return batch.map(() => false);
    try {
      const { Failed = [] } = await send(batch);
      streak.note('served');
      if (Failed.length > 0) log.warn(event, { messages: Failed.length });
      const failed = new Set(Failed.map(({ Id }) => Id));
      return batch.map((_, i) => !failed.has(String(i)));
    } catch (error) {
      streak.note('failed');
      log.warn(event, { messages: batch.length, ...troubleOf(error) });
      return batch.map(() => false);
    }
  };
  const packs = pack(all, () => 0, { maxCount: BATCH, maxBytes: 1 });
  return (await Promise.all(packs.map((batch) => slots(sendBatch, batch)))).flat();
};

/**
 * Sets each message's visibility timeout, so that it comes back after that many seconds. Says of each message, in order,
 * whether that is set. If not, it comes back after the queue's own visibility timeout.
 */
export const makePostpone =
  (edges: ReturnEdges, { queueUrl }: { queueUrl: string }) =>
  (messages: readonly (readonly [Receipt, seconds: number])[]): Promise<readonly boolean[]> =>
    inBatches(messages, edges, 'not postponed', (batch) =>
      edges.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(([{ receiptHandle }, seconds], i) => ({
            Id: String(i),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      ),
    );

/** Takes messages off the queue. One that stays on comes again, and is found done. */
export const makeRemove =
  (edges: ReturnEdges, { queueUrl }: { queueUrl: string }) =>
  async (messages: readonly Receipt[]): Promise<void> => {
    await inBatches(messages, edges, 'not removed', (batch) =>
      edges.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(({ receiptHandle }, i) => ({
            Id: String(i),
            ReceiptHandle: receiptHandle,
          })),
        }),
      ),
    );
  };

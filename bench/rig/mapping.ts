import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { isObject } from '../../shared/json/json.ts';
import type { Invoked } from './environments.ts';
import type { Message, Queue } from './queue.ts';

export interface MappingOptions {
  readonly batchSize: number;
  readonly windowMs: number;
  /** Batches at once. */
  readonly concurrency: number;
  /** Whether messages of a failed invocation stay on the queue. A direct request is gone then. */
  readonly keepsFailures: boolean;
}

const POLL_MS = 5;

const recordOf = ({ id, body, handle, receives, sentAt }: Message): SQSRecord => ({
  messageId: id,
  receiptHandle: handle,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sentAt),
    SenderId: 'bench',
    ApproximateFirstReceiveTimestamp: String(sentAt),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:intents',
  awsRegion: 'eu-central-1',
});

const failedIn = (response: unknown): ReadonlySet<string> => {
  const failures: Partial<SQSBatchResponse> = isObject(response) ? response : {};
  return new Set(failures.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
};

/**
 * Lambda's event source mapping: each of `concurrency` slots gathers a batch until it is full or its window has passed,
 * invokes the function, and deletes what did not fail.
 */
export const startMapping = (
  queue: Queue,
  { batchSize, windowMs, concurrency, keepsFailures }: MappingOptions,
  invoke: (slot: number, event: SQSEvent) => Promise<Invoked>,
) => {
  let isOver = false;

  const gather = async (): Promise<readonly Message[]> => {
    const batch = [...queue.receive(batchSize)];
    const end = performance.now() + windowMs;
    while (!isOver && batch.length > 0 && batch.length < batchSize && performance.now() < end) {
      await sleep(POLL_MS);
      batch.push(...queue.receive(batchSize - batch.length));
    }
    return batch;
  };

  const runSlot = async (slot: number): Promise<void> => {
    while (!isOver) {
      const batch = await gather();
      if (batch.length === 0) {
        await sleep(POLL_MS);
        continue;
      }
      const { response, failed } = await invoke(slot, { Records: batch.map(recordOf) });
      if (failed && keepsFailures) continue;
      const left = failed ? new Set<string>() : failedIn(response);
      queue.delete(batch.filter(({ id }) => !keepsFailures || !left.has(id)));
    }
  };
  const slots = Array.from({ length: concurrency }, (_, slot) => runSlot(slot));
  return {
    stop: async (): Promise<void> => {
      isOver = true;
      await Promise.allSettled(slots);
    },
  };
};

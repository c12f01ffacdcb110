import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { readBatchResponse } from './batch-response.ts';
import { makeDeleteMessages } from './delete-messages.ts';

export interface SettleOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** The function. Rejects on the function's error and on its timeout, which is the caller's to enforce. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  readonly log: (message: string, cause?: unknown) => void;
}

/**
 * Invokes the function with a batch and deletes the messages that did not fail. Law: it never rejects. A failed message
 * stays: it comes back after its visibility timeout, which the function may have changed.
 */
export const makeSettleBatch = ({ sqs, queueUrl, invoke, log }: SettleOptions) => {
  const deleteMessages = makeDeleteMessages(sqs, queueUrl);

  const failedOf = async (
    records: readonly SQSRecord[],
    ids: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> => {
    try {
      const reading = readBatchResponse(await invoke({ Records: [...records] }), ids);
      if (reading.kind === 'read') return reading.failed;
      log(`the whole batch of ${ids.size} failed: ${reading.reason}`);
    } catch (cause) {
      log(`the function failed, and the whole batch of ${ids.size} comes back:`, cause);
    }
    return ids;
  };

  return async (records: readonly SQSRecord[]): Promise<void> => {
    // Noted first: the function gets the records themselves and may change them.
    const held = records.map(({ messageId, receiptHandle }) => ({ messageId, receiptHandle }));
    const failed = await failedOf(records, new Set(held.map(({ messageId }) => messageId)));
    const done = held.filter(({ messageId }) => !failed.has(messageId));
    const left = await deleteMessages(done.map(({ receiptHandle }) => receiptHandle));
    if (left.length > 0) log(`${left.length} messages could not be deleted and will come back`);
  };
};

import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';

const MESSAGES_PER_REQUEST = 10;
const REQUESTS_AT_ONCE = 8;
const PAUSES_MS = [50, 200, 800];

const inTens = (handles: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(handles.length / MESSAGES_PER_REQUEST) }, (_, index) =>
    handles.slice(index * MESSAGES_PER_REQUEST, (index + 1) * MESSAGES_PER_REQUEST),
  );

/**
 * Deletes messages by their receipt handles, ten per request, and retries those that failed a few times. Resolves with the
 * handles that could not be deleted: their messages come back, which at-least-once delivery allows.
 */
export const makeDeleteMessages = (sqs: SQSClient, queueUrl: string) => {
  const limit = pLimit(REQUESTS_AT_ONCE);

  const deleteOnce = async (handles: readonly string[]): Promise<readonly string[]> => {
    const entries = handles.map((handle, index) => ({ Id: `${index}`, ReceiptHandle: handle }));
    try {
      const { Failed: failed = [] } = await sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
      );
      const ids = new Set(failed.map(({ Id }) => Id));
      return handles.filter((_, index) => ids.has(`${index}`));
    } catch {
      return handles;
    }
  };

  const deleteTen = async (handles: readonly string[]): Promise<readonly string[]> => {
    let left = await deleteOnce(handles);
    for (const pause of PAUSES_MS) {
      if (left.length === 0) break;
      await sleep(pause);
      left = await deleteOnce(left);
    }
    return left;
  };

  return async (handles: readonly string[]): Promise<readonly string[]> => {
    const left = await Promise.all(inTens(handles).map((ten) => limit(deleteTen, ten)));
    return left.flat();
  };
};

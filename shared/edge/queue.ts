import {
  ChangeMessageVisibilityBatchCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import type { Log } from '../core/log.ts';
import { pack } from '../core/pack.ts';
import { reasonOf } from '../core/reason.ts';
import { repeatRefused, type Taken } from '../repeat-refused.ts';

/** Entries per SQS batch request. */
const BATCH = 10;

/** Batch requests under way at once. */
const CONCURRENCY = 8;

/**
 * Sends messages in batches of ten within the size limit and repeats the entries that failed, alone. Tells, for each in
 * order, whether the queue has it. A request that failed as a whole counts as not taken, though it may have been.
 */
export const makeEnqueue =
  (
    { sqs, log }: { sqs: SQSClient; log: Log },
    { queueUrl, maxBytes }: { queueUrl: string; maxBytes: number },
  ) =>
  async (messages: readonly string[]): Promise<readonly boolean[]> => {
    const slots = pLimit(CONCURRENCY);
    const sendBatch = async (bodies: readonly string[]): Promise<readonly Taken[]> => {
      try {
        const { Failed = [], Successful = [] } = await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody })),
          }),
        );
        const queued = new Set(Successful.map((entry) => entry.Id));
        const failed = new Map(Failed.map((entry) => [entry.Id, entry]));
        return bodies.map((_, i) => {
          if (queued.has(String(i))) return 'taken';
          const failure = failed.get(String(i));
          log.warn('not queued', { code: failure?.Code, sender_fault: failure?.SenderFault });
          return failure?.SenderFault ? 'never' : 'again';
        });
      } catch (error) {
        log.warn('not queued', { messages: bodies.length, reason: reasonOf(error) });
        return bodies.map(() => 'never');
      }
    };
    const packs = pack(messages, Buffer.byteLength, { maxCount: BATCH, maxBytes });
    const taken = await Promise.all(
      packs.map((bodies) => slots(() => repeatRefused(bodies, sendBatch))),
    );
    return taken.flat();
  };

/** A message as Lambda hands it over, with how often the queue has given it. */
export interface QueueMessage
  extends Pick<SQSRecord, 'messageId' | 'receiptHandle' | 'body' | 'messageAttributes'> {
  readonly receiveCount: number;
  /** When the queue took it, in milliseconds since 1970. */
  readonly sentAt?: number;
}

/** SQS tells it of every message; other servers of its protocol may not. */
const sentAtOf = ({ attributes: { SentTimestamp } }: SQSRecord): { sentAt?: number } =>
  /^\d{1,15}$/.test(SentTimestamp) ? { sentAt: Number(SentTimestamp) } : {};

export const readRecord = (record: SQSRecord): QueueMessage => ({
  messageId: record.messageId,
  receiptHandle: record.receiptHandle,
  body: record.body,
  messageAttributes: record.messageAttributes,
  receiveCount: Number(record.attributes.ApproximateReceiveCount),
  ...sentAtOf(record),
});

/** SQS takes ten attributes a message: one is ours. */
const KEPT_ATTRIBUTES = 9;

const attributesOf = ({ messageAttributes }: QueueMessage): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(messageAttributes)
      .filter(([name]) => name !== 'reason')
      .slice(0, KEPT_ATTRIBUTES)
      .map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        binaryValue === undefined
          ? { DataType: dataType, StringValue: stringValue }
          : { DataType: dataType, BinaryValue: Buffer.from(binaryValue, 'base64') },
      ]),
  );

/**
 * Puts a message that cannot be read on the dead-letter queue, its body byte for byte, with the reason as the attribute
 * `reason` (promise P8). False if the queue did not take it: then the message must stay where it is.
 */
export const makeBury =
  ({ sqs, log }: { sqs: SQSClient; log: Log }, { queueUrl }: { queueUrl: string }) =>
  async (message: QueueMessage, reason: string): Promise<boolean> => {
    try {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: message.body,
          MessageAttributes: {
            ...attributesOf(message),
            reason: { DataType: 'String', StringValue: reason },
          },
        }),
      );
      return true;
    } catch (error) {
      log.warn('not buried', { message_id: message.messageId, reason: reasonOf(error) });
      return false;
    }
  };

/**
 * Makes messages come back after so many seconds. Where that fails they come back when the queue's visibility timeout
 * lapses: later, but not lost.
 */
export const makePostpone =
  ({ sqs, log }: { sqs: SQSClient; log: Log }, { queueUrl }: { queueUrl: string }) =>
  async (messages: readonly (readonly [QueueMessage, seconds: number])[]): Promise<void> => {
    const slots = pLimit(CONCURRENCY);
    const postponeBatch = async (batch: typeof messages): Promise<void> => {
      try {
        const { Failed = [] } = await sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map(([{ receiptHandle }, seconds], i) => ({
              Id: String(i),
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: seconds,
            })),
          }),
        );
        if (Failed.length > 0) log.warn('not postponed', { messages: Failed.length });
      } catch (error) {
        log.warn('not postponed', { messages: batch.length, reason: reasonOf(error) });
      }
    };
    const packs = pack(messages, () => 0, { maxCount: BATCH, maxBytes: 1 });
    await Promise.all(packs.map((batch) => slots(postponeBatch, batch)));
  };

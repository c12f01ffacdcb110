import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import type { OutgoingMessage } from '../accept/accept.ts';
import { pack } from '../batching/pack.ts';
import { repeatRefused, type Taken } from '../batching/repeat-refused.ts';
import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import { troubleOf } from '../json/trouble.ts';

/** The name of a queue: the last part of its URL. */
export const queueNameOf = (queueUrl: string): string => queueUrl.split('/').at(-1) ?? queueUrl;

/** Partitions of AWS with a domain of their own: https://docs.aws.amazon.com/general/latest/gr/sqs-service.html */
const DOMAINS: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };

/** The URL of a queue, by its ARN. */
export const queueUrlOf = (arn: string): string => {
  const [, partition = '', , region, account, name] = arn.split(':');
  return `https://sqs.${region}.${DOMAINS[partition] ?? 'amazonaws.com'}/${account}/${name}`;
};

/** Entries per SQS batch request. */
const BATCH = 10;

/** Concurrent batch requests. */
const CONCURRENCY = 8;

/**
 * Sends messages in batches of at most ten entries and `maxBytes` bytes. Retries only the entries that failed. Says of
 * each message, in order, whether the queue has it. If a whole request fails, its messages count as not taken, though
 * the queue may have them. A message's group is its project: a standard queue then gives the messages of a quiet project
 * first while a noisy one has a backlog.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export const makeEnqueue =
  (
    { sqs, log }: { sqs: SQSClient; log: Log },
    { queueUrl, maxBytes }: { queueUrl: string; maxBytes: number },
  ) =>
  async (messages: readonly OutgoingMessage[]): Promise<readonly boolean[]> => {
    const slots = pLimit(CONCURRENCY);
    const sendBatch = async (batch: readonly OutgoingMessage[]): Promise<readonly Taken[]> => {
      try {
        const { Failed = [], Successful = [] } = await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map(({ body, project }, i) => ({
              Id: String(i),
              MessageBody: body,
              MessageGroupId: project,
            })),
          }),
        );
        const queued = new Set(Successful.map((entry) => entry.Id));
        const failed = new Map(Failed.map((entry) => [entry.Id, entry]));
        return batch.map((_, i) => {
          if (queued.has(String(i))) return 'taken';
          const failure = failed.get(String(i));
          log.warn('not queued', { code: failure?.Code, sender_fault: failure?.SenderFault });
          return failure?.SenderFault ? 'never' : 'again';
        });
      } catch (error) {
        log.warn('not queued', { messages: batch.length, ...troubleOf(error) });
        return batch.map(() => 'never');
      }
    };
    const packs = pack(messages, ({ body }) => Buffer.byteLength(body), {
      maxCount: BATCH,
      maxBytes,
    });
    const taken = await Promise.all(
      packs.map((batch) => slots(() => repeatRefused(batch, sendBatch))),
    );
    return taken.flat();
  };

/** A message as Lambda delivers it, with its receive count. */
export interface QueueMessage
  extends Pick<SQSRecord, 'messageId' | 'receiptHandle' | 'body' | 'messageAttributes'> {
  readonly receiveCount: number;
  /** When the queue took the message, in milliseconds since 1970. */
  readonly sentAt?: number;
}

/** SQS always sets `SentTimestamp`. Other servers with its protocol may not. */
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

/** The most attributes that SQS takes with one message. */
const MOST_ATTRIBUTES = 10;

type Attributes = Record<string, MessageAttributeValue>;

const attributesOf = ({ messageAttributes }: QueueMessage): Attributes =>
  Object.fromEntries(
    Object.entries(messageAttributes)
      .filter(([name]) => name !== 'reason')
      .map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        binaryValue === undefined
          ? { DataType: dataType, StringValue: stringValue }
          : { DataType: dataType, BinaryValue: Buffer.from(binaryValue, 'base64') },
      ]),
  );

/** The forms in which to send a message on, each smaller than the last: with the reason, as it came, and the body alone. */
const formsToSend = (message: QueueMessage, reason: string) => {
  const own = attributesOf(message);
  const beside = Object.entries(own).slice(0, MOST_ATTRIBUTES - 1);
  const reasoned = { ...Object.fromEntries(beside), reason: text(reason) };
  return [
    { kept: Object.keys(own).length > beside.length ? 'most' : 'all', attributes: reasoned },
    ...(beside.length > 0 ? [{ kept: 'all but the reason', attributes: own }] : []),
    { kept: 'none', attributes: undefined },
  ] as const;
};

const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

/**
 * SQS has no error of its own for a message that is too long with its attributes. It answers InvalidParameterValue, "must
 * be shorter than". https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const isRefusedAsItIs = (error: unknown): boolean =>
  error instanceof Error && /\bInvalid(ParameterValue|MessageContents)/.test(error.name);

/**
 * Moves a message to the dead-letter queue: its body byte for byte, with the attribute `reason` (promise P8). Law: size
 * never stops it. If the reason or the attributes do not fit, the message goes without them, and the log line `dead-lettered`
 * says so. False if the dead-letter queue did not take it: then the message must stay on its queue.
 */
export const makeDeadLetter =
  ({ sqs, log }: { sqs: SQSClient; log: Log }, { queueUrl }: { queueUrl: string }) =>
  async (message: QueueMessage, reason: string): Promise<boolean> => {
    const said = { message_id: message.messageId, reason };
    let why: unknown;
    for (const { kept, attributes } of formsToSend(message, reason)) {
      try {
        await sqs.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: message.body,
            ...(attributes && { MessageAttributes: attributes }),
          }),
        );
        log.warn('dead-lettered', { ...said, attributes: kept });
        return true;
      } catch (error) {
        why = error;
        if (!isRefusedAsItIs(error)) break;
      }
    }
    log.warn('not dead-lettered', { ...said, why: errorText(why) });
    return false;
  };

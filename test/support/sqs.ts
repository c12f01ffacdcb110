import type { SendMessageBatchRequestEntry, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';

/** A record as Lambda hands it over. */
export const recordOf = (
  body: string,
  messageAttributes: SQSMessageAttributes = {},
  id = 'm1',
): SQSRecord => ({
  messageId: id,
  receiptHandle: `receipt of ${id}`,
  body,
  attributes: {
    ApproximateReceiveCount: '3',
    SentTimestamp: '1769860800000',
    SenderId: 'AIDA',
    ApproximateFirstReceiveTimestamp: '1769860800001',
  },
  messageAttributes,
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:intents',
  awsRegion: 'eu-central-1',
});

/** What the queue says of one entry: taken, refused for now, refused for what it is, or nothing at all. */
export type EntryFate = 'taken' | 'again' | 'never' | 'silent';

/** SQS's answer to a batch, by a fate for each entry. */
export const batchAnswer = (
  entries: readonly SendMessageBatchRequestEntry[],
  fateOf: (body: string) => EntryFate,
): SendMessageBatchResult => {
  const told = entries.map((entry) => ({ entry, fate: fateOf(entry.MessageBody ?? '') }));
  return {
    Successful: told
      .filter(({ fate }) => fate === 'taken')
      .map(({ entry }) => ({ Id: entry.Id, MessageId: `id of ${entry.Id}`, MD5OfMessageBody: '' })),
    Failed: told
      .filter(({ fate }) => fate === 'again' || fate === 'never')
      .map(({ entry, fate }) => ({
        Id: entry.Id,
        Code: fate === 'never' ? 'InvalidMessageContents' : 'InternalError',
        SenderFault: fate === 'never',
      })),
  };
};

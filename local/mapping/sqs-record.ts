import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';

export interface QueueIdentity {
  readonly queueArn: string;
  readonly region: string;
}

const messageAttribute = (value: MessageAttributeValue): SQSMessageAttribute => ({
  ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
  ...(value.BinaryValue !== undefined && {
    binaryValue: Buffer.from(value.BinaryValue).toString('base64'),
  }),
  stringListValues: [],
  binaryListValues: [],
  dataType: value.DataType ?? 'String',
});

/** A received message as Lambda hands it to a function. Source: "Using Lambda with Amazon SQS", the example event. */
export const recordOf = (message: Message, { queueArn, region }: QueueIdentity): SQSRecord => {
  const { Attributes: attributes = {}, MD5OfMessageAttributes: attributesDigest } = message;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...attributes,
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '',
      SentTimestamp: attributes.SentTimestamp ?? '',
      SenderId: attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        messageAttribute(value),
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    ...(attributesDigest !== undefined && { md5OfMessageAttributes: attributesDigest }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
};

import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** Sends at most ten messages through a queue, and receives them. */
export const passThrough = async (
  sqs: SQSClient,
  QueueUrl: string,
  bodies: readonly string[],
): Promise<readonly { readonly body: string; readonly receiptHandle: string }[]> => {
  const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({
    body: Body,
    receiptHandle: ReceiptHandle,
  }));
};

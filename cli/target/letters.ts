import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message as SqsMessage,
} from '@aws-sdk/client-sqs';
import type { LetterQueue, Message } from '../replay/letter.ts';
import type { OutputName, Parts } from './parts.ts';

/** The queues of messages that were given up. */
export interface Letters {
  /** Takes at most so many messages, and hides them from others for ten minutes. */
  readonly take: (queue: LetterQueue, most: number) => Promise<readonly Message[]>;
  /** Shows messages to others again. */
  readonly giveBack: (messages: readonly Message[]) => Promise<void>;
  /** Puts a dead letter back on the intents queue as it is, in the message group of its project. */
  readonly moveBack: (message: Message, project: string) => Promise<void>;
  readonly remove: (message: Message) => Promise<void>;
  readonly close: () => void;
}

const OUTPUT: Readonly<Record<LetterQueue, OutputName>> = {
  'dead-letters': 'DeadLetterQueueUrl',
  'failed-events': 'FailedEventsQueueUrl',
};

/** Long enough for a person to read a list and answer. */
const HIDDEN_SECONDS = 600;

const BATCH = 10;

/** A receive may miss messages. After so many in a row without any, the queue counts as empty. */
const EMPTY_RECEIVES = 2;

/** EventBridge and Lambda say why in attributes of their own. */
const REASONS = ['reason', 'ERROR_MESSAGE', 'ErrorMessage', 'ERROR_CODE'] as const;

const messageOf = (queue: LetterQueue, message: SqsMessage): Message => {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes } = message;
  const reasons = REASONS.map((name) => MessageAttributes?.[name]?.StringValue);
  return {
    queue,
    id: MessageId ?? '',
    receipt: ReceiptHandle ?? '',
    body: Body ?? '',
    sentAt: Number(Attributes?.SentTimestamp ?? 0),
    reason: reasons.find((reason) => reason !== undefined && reason !== ''),
  };
};

const receive = async (sqs: SQSClient, QueueUrl: string, most: number) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(BATCH, most),
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp'],
    }),
  );
  return Messages;
};

const showAgain = async (sqs: SQSClient, QueueUrl: string, messages: readonly Message[]) => {
  for (let i = 0; i < messages.length; i += BATCH)
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: messages.slice(i, i + BATCH).map(({ receipt }, n) => ({
          Id: String(n),
          ReceiptHandle: receipt,
          VisibilityTimeout: 0,
        })),
      }),
    );
};

/** Opens the queues of given-up messages. Needs `sqs:ReceiveMessage`, `DeleteMessage`, `ChangeMessageVisibility`, `SendMessage`. */
export const openLetters = (parts: Parts): Letters => {
  const sqs = new SQSClient(parts.config('sqs'));
  const urlOf = (queue: LetterQueue): string => parts.output(OUTPUT[queue]);
  return {
    take: async (queue, most) => {
      const taken: Message[] = [];
      for (let empty = 0; empty < EMPTY_RECEIVES && taken.length < most; ) {
        const messages = await receive(sqs, urlOf(queue), most - taken.length);
        taken.push(...messages.map((one) => messageOf(queue, one)));
        empty = messages.length === 0 ? empty + 1 : 0;
      }
      return taken;
    },
    giveBack: async (messages) => {
      for (const [queue, some] of Map.groupBy(messages, (one) => one.queue))
        await showAgain(sqs, urlOf(queue), some);
    },
    moveBack: async ({ body }, MessageGroupId) => {
      const QueueUrl = parts.output('IntentsQueueUrl');
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId }));
    },
    remove: async ({ queue, receipt }) => {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf(queue), ReceiptHandle: receipt }));
    },
    close: () => sqs.destroy(),
  };
};

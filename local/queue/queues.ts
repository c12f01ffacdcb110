import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** AWS asks for a visibility timeout of six times the function's timeout. */
const VISIBILITY_FACTOR = 6;

export interface Queues {
  readonly intents: string;
  readonly deadLetters: string;
  readonly failedEvents: string;
}

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** Creates the three queues where they are missing; resolves to their URLs, on the server's own address. */
export const createQueues = async (
  sqs: SQSClient,
  endpoint: string,
  { functionTimeoutSeconds, maxReceives }: { functionTimeoutSeconds: number; maxReceives: number },
): Promise<Queues> => {
  const create = async (name: string, attributes: Attributes): Promise<string> => {
    const url = (await findQueue(sqs, name)) ?? (await createQueue(sqs, name, attributes));
    const reachable = endpoint + pathOf(url);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: reachable, Attributes: attributes }));
    return reachable;
  };
  const keepLong: Attributes = { MessageRetentionPeriod: String(14 * 24 * 3600) };
  const deadLetters = await create('job-fanin-intents-dlq', keepLong);
  const failedEvents = await create('job-fanin-failed-events', keepLong);
  const intents = await create('job-fanin-intents', {
    ...keepLong,
    VisibilityTimeout: String(functionTimeoutSeconds * VISIBILITY_FACTOR),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: arnOf(deadLetters, await sqs.config.region()),
      maxReceiveCount: maxReceives,
    }),
  });
  return { intents, deadLetters, failedEvents };
};

/** Some servers name a host that does not resolve. The path is always right. */
const pathOf = (queueUrl: string): string => queueUrl.replace(/^https?:\/\/[^/]+/, '');

/** An SQS queue URL's path is `/{account}/{name}`. */
export const arnOf = (queueUrl: string, region: string): string => {
  const [name, account] = pathOf(queueUrl).split('/').reverse();
  return `arn:aws:sqs:${region}:${account}:${name}`;
};

const findQueue = async (sqs: SQSClient, name: string): Promise<string | undefined> => {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (error instanceof Error && /NonExistentQueue|QueueDoesNotExist/.test(error.name))
      return undefined;
    throw error;
  }
};

const createQueue = async (
  sqs: SQSClient,
  name: string,
  attributes: Attributes,
): Promise<string> => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  if (QueueUrl === undefined) throw new Error(`the SQS server made no queue ${name}`);
  return QueueUrl;
};

import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../local/mapping/event-source-mapping.ts';

export const region = 'eu-west-1';

let server: FauxqsServer;
let sqs: SQSClient;

const clients: SQSClient[] = [];
/** How many messages have reached a client, by their queue: what a queue hides may still be on its way. */
export const received = new Map<string, number>();
export const makeClient = (): SQSClient => {
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const reply = await next(args);
      if ('QueueUrl' in args.input && 'Messages' in reply.output) {
        const { QueueUrl: url = '' } = args.input;
        received.set(url, (received.get(url) ?? 0) + (reply.output.Messages?.length ?? 0));
      }
      return reply;
    },
    { step: 'initialize' },
  );
  clients.push(client);
  return client;
};

export const stops: (() => Promise<void>)[] = [];

let queues = 0;

/** Longer than any test lasts: nothing comes back only because the machine is slow. */
export const VisibilityTimeout = '3600';

/** A queue of its own for each test, and what a test wants to do with it. */
export const makeQueue = (more: Record<string, string> = {}) => {
  queues += 1;
  const name = `queue-${queues}`;
  const attributes = { VisibilityTimeout, ...more };
  const created = server.createQueue(name, { region, attributes });
  const queueUrl = `http://127.0.0.1:${server.port}${new URL(created.queueUrl).pathname}`;
  const inspect = () => {
    const messages = server.inspectQueue(name)?.messages;
    if (messages === undefined) throw new Error(`no queue ${name}`);
    return messages;
  };
  return {
    queueUrl,
    queueArn: created.queueArn,
    ready: () => inspect().ready.map(({ body }) => body),
    hidden: () => inspect().inflight.map(({ message }) => message.body),
    received: () => received.get(queueUrl) ?? 0,
    isEmpty: () => inspect().ready.length + inspect().inflight.length === 0,
    send: (...bodies: string[]) => {
      for (const body of bodies) server.sendMessage(name, body, { region });
    },
  };
};
export type Queue = ReturnType<typeof makeQueue>;

export const start = (queue: Queue, options: Partial<EventSourceMappingOptions> = {}) => {
  const mapping = startEventSourceMapping({
    sqs,
    queueUrl: queue.queueUrl,
    queueArn: queue.queueArn,
    region,
    batchSize: 10,
    batchWindowSeconds: 0,
    maxConcurrency: 2,
    invoke: async () => undefined,
    ...options,
  });
  stops.push(mapping.stop);
  return mapping;
};

/** Makes a message that was received come back after so many seconds. */
export const hideFor = (queue: Queue, ReceiptHandle: string, seconds: number) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.queueUrl,
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }),
  );

export const bodies = (event: SQSEvent): string[] => event.Records.map(({ body }) => body);
export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${n}`);
export const idOf = (event: SQSEvent, body: string): string | undefined =>
  event.Records.find((record) => record.body === body)?.messageId;

/** A queue server for the tests of one file. Mappings that a test has started are stopped after it. */
export const useQueues = (): void => {
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    sqs = makeClient();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await server.stop();
  });
};

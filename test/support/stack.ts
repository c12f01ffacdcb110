import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import { vi } from 'vitest';
import type { BusEvent } from '../../local/bus/event-bus.ts';
import { readStackSettings } from '../../local/settings.ts';
import { startStack } from '../../local/stack.ts';
import { RESULT_DETAIL_TYPE } from '../../shared/core/result.ts';
import type { Environment } from '../../shared/core/settings.ts';
import { AWS } from './aws.ts';

export { AWS };

export const JSON_TYPE = { 'content-type': 'application/json' };

/** Waits until a look does not throw; fails with what it threw last. */
export const until = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 80_000, interval: 20 });

/** An answer off the wire. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly intentId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends exactly these bytes. */
export const send = async (
  url: string,
  body: string | Buffer | null,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
  method = 'POST',
): Promise<Answer> => {
  const reply = await request(url, { method, body, headers: { ...headers } });
  return {
    status: reply.statusCode,
    type: String(reply.headers['content-type']),
    intentId: String(reply.headers['x-intent-id'] ?? ''),
    headers: reply.headers,
    text: await reply.body.text(),
  };
};

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How many messages a queue holds, whether they can be seen now or not. */
export const depthOf = async (sqs: SQSClient, QueueUrl: string): Promise<number> => {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] });
  const { Attributes = {} } = await sqs.send(command);
  return COUNTS.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

const required = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error('this part of the stack is not embedded');
  return part;
};

/** A stack with an embedded bus and simulator, on free ports, and the ways to look at it from outside. */
export const beginStack = async (environment: Environment = {}) => {
  const stack = await startStack(readStackSettings({ PORT: '0', ...environment }));
  const sqs = new SQSClient({ ...AWS, endpoint: stack.wires.queue });
  const bus = required(stack.bus);
  const { intents, deadLetters, failedEvents } = stack.queues;
  const events = (): BusEvent[] =>
    bus.events.filter((event) => event['detail-type'] === RESULT_DETAIL_TYPE);
  const results = () => events().map(({ detail }) => detail);
  const depths = async () => ({
    intents: await depthOf(sqs, intents),
    deadLetters: await depthOf(sqs, deadLetters),
    failedEvents: await depthOf(sqs, failedEvents),
  });
  return {
    url: stack.url,
    wires: stack.wires,
    /** The file by which calls upstream are signed. */
    secrets: stack.secrets,
    queues: stack.queues,
    sqs,
    bus,
    upstream: required(stack.upstream),
    post: (path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>) =>
      send(stack.url + path, body, headers),
    /** The details of all result events so far, in order. */
    results,
    resultsOf: (intentId: string) => results().filter(({ intent_id: id }) => id === intentId),
    depths,
    /** Waits until the intents queue is empty: then every job that was accepted has its result on the bus. */
    idle: () =>
      until(async () => {
        const depth = await depthOf(sqs, intents);
        if (depth > 0) throw new Error(`${depth} messages are still on the intents queue`);
      }),
    stop: async () => {
      sqs.destroy();
      await stack.stop();
    },
  };
};

export type TestStack = Awaited<ReturnType<typeof beginStack>>;

import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { request } from 'undici';
import type { BusEvent, EventBus } from '../../local/bus/event-bus.ts';
import { readStackSettings } from '../../local/settings.ts';
import { startStack } from '../../local/stack.ts';
import type { ModuleOf } from '../../local/start-functions.ts';
import { RESULT_DETAIL_TYPE } from '../../shared/intent/result.ts';
import type { Environment } from '../../shared/json/settings.ts';
import { AWS } from './aws.ts';
import { bundledFunctions } from './bundles.ts';
import { DEV_PROOF } from './callers.ts';
import { schemaFaultsOf } from './result-schema.ts';
import { until } from './until.ts';

export { AWS, until };

export const JSON_TYPE = { 'content-type': 'application/json' };

/** An answer off the wire. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly intentId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends exactly these bytes, and no proof of who sends them. */
export const sendUnproved = async (
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

/** Sends exactly these bytes, as the development caller with a bearer token. */
export const send = (
  url: string,
  body: string | Buffer | null,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
  method = 'POST',
): Promise<Answer> => sendUnproved(url, body, { ...DEV_PROOF, ...headers }, method);

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

/**
 * The result events of a bus, in order. A request that is answered too late for its sender is sent again, and its events
 * come twice: one that says the same is the same; one that contradicts is another. All are by the published schema.
 */
const keepResults = (bus: EventBus) => {
  const kept = new Map<string, BusEvent>();
  const faults: string[] = [];
  const keep = (event: BusEvent): void => {
    const { result_id, outcome, evidence, error, superseded_by } = event.detail;
    const said = JSON.stringify([result_id, outcome, evidence, error, superseded_by]);
    if (event['detail-type'] !== RESULT_DETAIL_TYPE || kept.has(said)) return;
    kept.set(said, event);
    faults.push(...schemaFaultsOf(event.detail));
  };
  bus.events.forEach(keep);
  bus.onEvent(keep);
  return () => {
    if (faults.length > 0) throw new Error(`results are not by the schema: ${faults}`);
    return [...kept.values()];
  };
};

/** Ways to send a request: by POST, or by the method of its route. */
const senders = (url: string) => {
  type Headers = Readonly<Record<string, string>>;
  type Target = { readonly method: string; readonly path: string };
  return {
    post: (path: string, body: string | Buffer, headers?: Headers) =>
      send(url + path, body, headers),
    request: ({ method, path }: Target, body: string | Buffer, headers?: Headers) =>
      send(url + path, body, headers, method),
  };
};

/** A stack with an embedded bus and simulator, on free ports, and the ways to look at it from outside. */
export const beginStack = async (environment: Environment = {}, moduleOf?: ModuleOf) => {
  const settings = readStackSettings({ PORT: '0', ...environment });
  const stack = await startStack(settings, moduleOf ?? (await bundledFunctions()));
  const sqs = new SQSClient({ ...AWS, endpoint: stack.wires.queue });
  const bus = required(stack.bus);
  const { intents, deadLetters, failedEvents } = stack.queues;
  const events = keepResults(bus);
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
    ...senders(stack.url),
    /** The details of all results so far, in order. */
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

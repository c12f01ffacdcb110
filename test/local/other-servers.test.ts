import { networkInterfaces } from 'node:os';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventBus, startEventBus } from '../../local/bus/event-bus.ts';
import { readStackSettings } from '../../local/settings.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { startUpstream, type Upstream } from '../../local/upstream/simulator.ts';
import { canConnect } from '../support/can-connect.ts';
import { AWS, send, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath, startPath } from '../support/vendor.ts';

let sqsServer: FauxqsServer;
let bus: EventBus;
let dli: Upstream;
let drs: Upstream;
let stack: Stack;
let sqs: SQSClient;
let eventBridge: EventBridgeClient;

const settings = () =>
  readStackSettings({
    PORT: '0',
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    FUNCTION_TIMEOUT_SECONDS: '60',
    DLI_ENDPOINT: `${dli.url}/`,
    DRS_ENDPOINT: drs.url,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${sqsServer.port}`,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  });

beforeAll(async () => {
  [sqsServer, bus, dli, drs] = await Promise.all([
    startFauxqs({ port: 0, logger: false }),
    startEventBus({ buses: [] }),
    startUpstream(),
    startUpstream(),
  ]);
  sqs = new SQSClient({ ...AWS, endpoint: `http://127.0.0.1:${sqsServer.port}` });
  eventBridge = new EventBridgeClient({ ...AWS, endpoint: bus.url });
  stack = await startStack(settings());
});
afterAll(async () => {
  await stack.stop();
  sqs.destroy();
  eventBridge.destroy();
  await Promise.all([sqsServer.stop(), bus.stop(), dli.stop(), drs.stop()]);
});

const look = (path: string) => send(stack.url + path, null, {}, 'GET');

describe('other servers take the place of the embedded ones', () => {
  test('nothing is embedded then, and what cannot be looked into says so', async () => {
    expect([stack.bus, stack.upstream]).toEqual([undefined, undefined]);
    for (const path of [
      '/local/results',
      '/local/calls',
      '/local/looks',
      '/local/refusals',
      '/local/upstream',
      '/local/upstream/accounts',
    ]) {
      expect(await look(path)).toMatchObject({
        status: 404,
        text: expect.stringMatching(/another server/),
      });
    }
    expect((await look('/healthz')).status).toBe(200);
  });

  test('calls go to each service’s own address, and results to the bus', async () => {
    const run = await send(stack.url + runPath('away'), '{"job_ids":[131]}');
    const start = await send(stack.url + startPath('away'), '{"jobs":[{"job_id":"a"}]}');
    // An event may come twice.
    const intents = () => [...new Set(bus.events.map(({ detail }) => detail.intent_id))];
    await until(() => expect(intents()).toHaveLength(2));
    expect(dli.calls).toMatchObject([{ operation: 'dli.run', project_id: 'away' }]);
    expect(drs.calls).toMatchObject([{ operation: 'drs.start', project_id: 'away' }]);
    expect(intents().toSorted()).toEqual([run.intentId, start.intentId].toSorted());
  });
});

describe('queues and bus are created where they are missing', () => {
  const attributesOf = async (QueueName: string) => {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const url = stack.queues.intents.replace(/\/[^/]+\/[^/]+$/, '') + new URL(QueueUrl).pathname;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    return (await sqs.send(command)).Attributes ?? {};
  };

  test('the intents queue, with six times the function’s time and a redrive to the dead letters', async () => {
    const { VisibilityTimeout, RedrivePolicy = '{}' } = await attributesOf('job-fanin-intents');
    const deadLetters = await attributesOf('job-fanin-intents-dlq');
    expect(VisibilityTimeout).toBe('360');
    expect(JSON.parse(RedrivePolicy).deadLetterTargetArn).toBe(deadLetters.QueueArn);
  });

  test('and again nothing is amiss where they are there', async () => {
    const exists = eventBridge.send(new CreateEventBusCommand({ Name: 'job-fanin-results' }));
    await expect(exists).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    const another = await startStack(settings());
    await another.stop();
  });
});

describe('by default the loopback address alone is listened on', () => {
  const interfaces = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const elsewhere = ['127.0.0.2', '::1', ...interfaces];

  test('by the front, the queue, the bus and the simulator', async () => {
    const embedded = await startStack(readStackSettings({ PORT: '0' }));
    const { queue, bus, dli } = embedded.wires;
    try {
      for (const url of [embedded.url, queue, bus, dli]) {
        const port = Number(new URL(url).port);
        expect(await canConnect('127.0.0.1', port)).toBe(true);
        for (const host of elsewhere) expect(await canConnect(host, port)).toBe(false);
      }
    } finally {
      await embedded.stop();
    }
  });

  test('and with HOST the front where it says', async () => {
    const open = await startStack(
      readStackSettings({ PORT: '0', HOST: '0.0.0.0', DEV_TOKEN: 'of-this-run' }),
    );
    try {
      const { hostname, port } = new URL(open.url);
      expect(hostname).toBe('0.0.0.0');
      for (const host of ['127.0.0.1', ...interfaces]) {
        expect((await send(`http://${host}:${port}/healthz`, null, {}, 'GET')).status).toBe(200);
        expect(await canConnect(host, Number(new URL(open.wires.bus).port))).toBe(
          host === '127.0.0.1',
        );
      }
    } finally {
      await open.stop();
    }
  });
});

/** Last, since the queue does not come back. */
describe('while the queue is away, nobody is told that a job is queued', () => {
  test('503 on every route, in its words, with the jobs to send again', async () => {
    await sqsServer.stop();
    const run = await send(stack.url + runPath('gone'), '{"job_ids":[131,132]}');
    expect(run).toMatchObject({ status: 503, headers: { 'retry-after': expect.anything() } });
    expect(JSON.parse(run.text)).toMatchObject({
      error_code: 'DLI.0012',
      queued: [],
      not_queued: ['131', '132'],
    });
    const intent = '{"operation":"dli.run","project_id":"gone","jobs":["131"]}';
    const native = await send(stack.url + INTENTS_PATH, intent);
    expect(native).toMatchObject({ status: 503, type: 'application/problem+json' });
    expect(JSON.parse(native.text)).toMatchObject({ queued: [], not_queued: ['131'] });
  });
});

import {
  CreateEventBusCommand,
  EventBridgeClient,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type EventBus, startEventBus } from './event-bus.ts';
import { startEventSourceMapping } from './event-source-mapping.ts';
import type { FunctionName, Functions } from './front/invoke.ts';
import { startFront } from './front/server.ts';
import { startFunction } from './host/function.ts';
import { arnOf, createQueues, type Queues, startQueueServer } from './queues.ts';
import type { Settings } from './settings.ts';
import { startUpstream, type Upstream } from './upstream/simulator.ts';

export const BUS_NAME = 'job-fanin-results';

/** The event that a rule hands to accept-event, on any bus. */
export const INTENT_DETAIL_TYPE = 'Job Control Intent';

/** Small requests at once in one thread: a front on one machine need not pay a thread for each. */
const REQUESTS_AT_ONCE = 32;

export interface Stack {
  readonly url: string;
  readonly endpoints: {
    readonly queue: string;
    readonly bus: string;
    readonly dli: string;
    readonly drs: string;
  };
  readonly queues: Queues;
  /** Only where they are embedded. */
  readonly bus: EventBus | undefined;
  readonly upstream: Upstream | undefined;
  /** Finishes what is in flight, the way in first; resolves when nothing is left running. */
  readonly stop: () => Promise<void>;
}

/** Things to stop, in the reverse order of their start. */
const makeStopper = () => {
  const stops: (() => Promise<void>)[] = [];
  return {
    after: <T>(started: T, stop: (started: T) => Promise<void>): T => {
      stops.unshift(() => stop(started));
      return started;
    },
    stop: async () => {
      for (const stop of stops.splice(0)) await stop();
    },
  };
};

/**
 * The three functions behind real wires, on one machine: HTTP front, queue, event source mapping, event bus, upstream.
 * What cannot start stops what already has, and rejects.
 */
export const startStack = async (settings: Settings): Promise<Stack> => {
  const stopper = makeStopper();
  try {
    return await assemble(settings, stopper);
  } catch (error) {
    await stopper.stop();
    throw error;
  }
};

const stop = (started: { stop: () => Promise<void> }): Promise<void> => started.stop();

const assemble = async (
  settings: Settings,
  stopper: ReturnType<typeof makeStopper>,
): Promise<Stack> => {
  const { after } = stopper;
  const region = settings.AWS_REGION;
  const needsUpstream = settings.DLI_ENDPOINT === undefined || settings.DRS_ENDPOINT === undefined;
  const upstream = needsUpstream ? after(await startUpstream(), stop) : undefined;
  const queueServer =
    settings.AWS_ENDPOINT_URL_SQS === undefined
      ? after(await startQueueServer(settings.DATA_DIR), stop)
      : undefined;
  const queueEndpoint = queueServer?.endpoint ?? settings.AWS_ENDPOINT_URL_SQS ?? '';
  const sqs = after(makeSqs(settings, queueEndpoint), async (client) => client.destroy());
  const queues = await createQueues(sqs, queueEndpoint, settings.FUNCTION_TIMEOUT_SECONDS);

  const hosted: { functions?: Functions } = {};
  const bus =
    settings.AWS_ENDPOINT_URL_EVENTBRIDGE === undefined
      ? after(
          await startEventBus({
            buses: [BUS_NAME],
            region,
            rules: [
              {
                name: 'intents',
                pattern: { 'detail-type': [INTENT_DETAIL_TYPE] },
                target: async (event) => hosted.functions?.['accept-event'].invoke(event),
              },
            ],
            onFailure: (event, error) => void keepFailedEvent(sqs, queues, event, error),
          }),
          stop,
        )
      : undefined;
  const busEndpoint = bus?.url ?? settings.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '';
  if (bus === undefined) await createBus(settings, busEndpoint);

  const endpoints = {
    queue: queueEndpoint,
    bus: busEndpoint,
    dli: settings.DLI_ENDPOINT ?? upstream?.url ?? '',
    drs: settings.DRS_ENDPOINT ?? upstream?.url ?? '',
  };
  const env = environmentFor(settings, endpoints, queues);
  const functions = await startFunctions(settings, env, after);
  hosted.functions = functions;

  after(
    startEventSourceMapping({
      sqs,
      queueUrl: queues.intents,
      queueArn: arnOf(queues.intents, region),
      region,
      batchSize: settings.BATCH_SIZE,
      batchWindowSeconds: settings.BATCH_WINDOW_SECONDS,
      maxConcurrency: settings.MAX_CONCURRENCY,
      invoke: functions['control-jobs'].invoke,
      log: (line) => console.error(line),
    }),
    stop,
  );
  const front = after(
    await startFront({
      port: settings.PORT,
      host: settings.HOST,
      functions,
      inspection: { bus, upstream },
    }),
    stop,
  );
  return { url: front.url, endpoints, queues, bus, upstream, stop: stopper.stop };
};

const credentialsOf = (settings: Settings) => ({
  accessKeyId: settings.AWS_ACCESS_KEY_ID,
  secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
});

const makeSqs = (settings: Settings, endpoint: string): SQSClient =>
  new SQSClient({ endpoint, region: settings.AWS_REGION, credentials: credentialsOf(settings) });

const createBus = async (settings: Settings, endpoint: string): Promise<void> => {
  const client = new EventBridgeClient({
    endpoint,
    region: settings.AWS_REGION,
    credentials: credentialsOf(settings),
  });
  try {
    await client.send(new CreateEventBusCommand({ Name: BUS_NAME }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  } finally {
    client.destroy();
  }
};

/** The environment variables of every function: what the template would give it. */
const environmentFor = (
  settings: Settings,
  endpoints: Stack['endpoints'],
  queues: Queues,
): Record<string, string> => ({
  AWS_REGION: settings.AWS_REGION,
  AWS_ACCESS_KEY_ID: settings.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: settings.AWS_SECRET_ACCESS_KEY,
  AWS_ENDPOINT_URL_SQS: endpoints.queue,
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.bus,
  QUEUE_URL: queues.intents,
  DEAD_LETTER_QUEUE_URL: queues.deadLetters,
  EVENT_BUS_NAME: BUS_NAME,
  DLI_ENDPOINT: endpoints.dli,
  DRS_ENDPOINT: endpoints.drs,
  FUNCTION_TIMEOUT_SECONDS: String(settings.FUNCTION_TIMEOUT_SECONDS),
  ...settings.forFunctions,
});

const startFunctions = async (
  settings: Settings,
  env: Record<string, string>,
  after: ReturnType<typeof makeStopper>['after'],
): Promise<Functions> => {
  const start = async (name: FunctionName, environments: number, perEnvironment: number) =>
    after(
      await startFunction({
        name,
        module: new URL(`../functions/${name}.ts`, import.meta.url),
        env,
        timeoutSeconds: settings.FUNCTION_TIMEOUT_SECONDS,
        environments,
        perEnvironment,
      }),
      stop,
    );
  const [acceptHttp, acceptEvent, controlJobs] = await Promise.all([
    start('accept-http', 1, REQUESTS_AT_ONCE),
    start('accept-event', 1, REQUESTS_AT_ONCE),
    start('control-jobs', settings.MAX_CONCURRENCY, 1),
  ]);
  return { 'accept-http': acceptHttp, 'accept-event': acceptEvent, 'control-jobs': controlJobs };
};

/** accept-event's failure destination: a queue of its own, with what Lambda would put there, in short. */
const keepFailedEvent = async (
  sqs: SQSClient,
  { failedEvents }: Queues,
  event: unknown,
  error: unknown,
): Promise<void> => {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`accept-event refused an event for good: ${reason}`);
  const MessageBody = JSON.stringify({
    requestPayload: event,
    responsePayload: { errorMessage: reason },
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: failedEvents, MessageBody }));
};

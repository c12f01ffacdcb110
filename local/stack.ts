import { SQSClient } from '@aws-sdk/client-sqs';
import { makeTokenBuckets, type TakeToken } from '../shared/batching/token-buckets.ts';
import type { EventBus } from './bus/event-bus.ts';
import { type KeepFailedEvent, makeKeepFailedEvent } from './bus/keep-failed-event.ts';
import { provideCallers, type StackCallers, withUsers } from './callers.ts';
import { openConsole, recordFor } from './console/open-console.ts';
import { watchFunctions } from './console/watch-functions.ts';
import { lockDataDir } from './data-dir.ts';
import type { Functions } from './front/invoke.ts';
import { type Front, type FrontOptions, startFront } from './front/server.ts';
import { stackParts } from './front/stack-parts.ts';
import { environmentOf, withoutKeys } from './function-environment.ts';
import { healthOf, troublesOf } from './health.ts';
import { provideLedgerFile } from './ledger-file.ts';
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from './mapping/event-source-mapping.ts';
import { startPausableMapping } from './mapping/pausable-mapping.ts';
import { arnOf, createQueues, type Queues } from './queue/queues.ts';
import { DEFAULT_TOKEN, type Settings } from './settings.ts';
import { type Left, makeCountMessages, shutDown } from './shutdown.ts';
import { type ModuleOf, sourceOf, startFunctions } from './start-functions.ts';
import { makeStopper, type Stopper } from './stopper.ts';
import { unusable } from './unusable-setting.ts';
import type { Upstream } from './upstream/simulator.ts';
import { provideUpstreamSecrets, type UpstreamSecrets } from './upstream-secrets.ts';
import { type BusOptions, clientOptions, hasSimulator, startWires, type Wires } from './wires.ts';

/** The event that a rule hands to accept-event, from any source. */
const INTENT_DETAIL_TYPE = 'Job Control Intent';

export interface Stack {
  readonly url: string;
  readonly wires: Wires;
  readonly queues: Queues;
  /** The file, or the name of the table. */
  readonly ledger: string;
  readonly secrets: Pick<UpstreamSecrets, 'path' | 'development'>;
  readonly callers: Pick<StackCallers, 'path' | 'greeting'>;
  /** Only where they are embedded. */
  readonly bus: EventBus | undefined;
  readonly upstream: Upstream | undefined;
  /** Finishes what has begun within `STOP_SECONDS`, the front first; tells what it had to leave. */
  readonly stop: () => Promise<Left>;
}

const stop = (started: { stop: () => Promise<void> }): Promise<void> => started.stop();

/**
 * The three functions behind real wires, on one machine: HTTP front, queue, event source mapping, event bus, upstream.
 * If one part cannot start, the parts that run are stopped, and the promise rejects.
 */
export const startStack = async (
  settings: Settings,
  moduleOf: ModuleOf = sourceOf,
): Promise<Stack> => {
  const stopper = makeStopper();
  try {
    return await assemble(settings, stopper, moduleOf);
  } catch (error) {
    await stopper.stop();
    throw error;
  }
};

const assemble = async (settings: Settings, stopper: Stopper, of: ModuleOf): Promise<Stack> => {
  const { after } = stopper;
  const dataDir = settings.DATA_DIR && after(lockDataDir(settings.DATA_DIR), stop);
  const later: Later = {};
  const needsIam = !hasSimulator(settings) && settings.IAM_ENDPOINT === undefined;
  const secrets = after(provideUpstreamSecrets(settings, { needsIam }), stop);
  const callers = after(provideCallers(settings), stop);
  const accounts = withUsers(secrets.accounts, callers.users);
  const record = recordFor(settings);
  const watch = record.request;
  const wires = await startWires(settings, stopper, busOptionsOf(later), { accounts, watch });
  const sqs = queueClient(settings, wires, after);
  const queues = await provideQueues(settings, sqs, wires.queue);
  const ledger = ledgerOf(settings, after);
  const files = { UPSTREAM_SECRETS_FILE: secrets.path, CALLERS_FILE: callers.path };
  const given = { ...ledger.environment, ...files };
  const environment = environmentOf(settings, wires, queues, given);
  const hosted = { after, moduleOf: of };
  const functions = watchFunctions(await startFunctions(settings, environment, hosted), record);
  later.functions = functions;
  later.keepFailedEvent = makeKeepFailedEvent(sqs, queues);

  const mapping = after(
    startPausableMapping(() => startMapping(settings, { sqs, queues, functions })),
    stop,
  );
  const { embeddedBus: bus, simulator: upstream } = wires;
  const health = () => healthOf(troublesOf(wires, functions, mapping, ledger.path));
  const parts = stackParts(settings, { wires, queues, ledger: ledger.environment, mapping });
  const lambdaApi = { mapping, settings: withoutKeys(environment) };
  const page = openConsole(settings, { record, wires, parts, mapping, sqs, queues });
  const inspection = { health, parts, bus, upstream };
  const front = after(await openFront(settings, { functions, inspection, lambdaApi, page }), stop);
  if (dataDir) dataDir.tellAddress(front.url);
  const countMessages = makeCountMessages(sqs, queues.intents);
  const running = { front, mapping, functions, bus, countMessages, stopper };
  const stopAll = () => shutDown(running, settings.STOP_SECONDS * 1_000);
  const shown = { wires, queues, ledger: ledger.name, secrets, callers, bus, upstream };
  return { url: front.url, ...shown, stop: stopAll };
};

const queueClient = (settings: Settings, { queue }: Wires, after: Stopper['after']): SQSClient =>
  after(new SQSClient(clientOptions(settings, queue)), async (client) => client.destroy());

/** The front listens last: a request finds all the rest at work. */
const openFront = (
  settings: Settings,
  behind: Pick<FrontOptions, 'functions' | 'inspection' | 'lambdaApi' | 'page'>,
): Promise<Front> => {
  const { PORT: port, HOST: host, DEV_TOKEN: token, CALLERS_FILE: callers } = settings;
  const devToken = token === DEFAULT_TOKEN ? undefined : token;
  const isTokenPublic = devToken === undefined && callers === undefined;
  const takeToken = throttleOf(settings);
  return startFront({ port, host, ...behind, takeToken, devToken, isTokenPublic });
};

/** The throttle of the stage, as the template sets it on AWS. Without the setting there is none. */
const throttleOf = ({ THROTTLE_RATE: rate, THROTTLE_BURST }: Settings): TakeToken =>
  rate === undefined
    ? () => 0
    : makeTokenBuckets({ rate, burst: THROTTLE_BURST ?? 2 * rate, now: Date.now });

/** What the bus needs and what starts after it: the function of its rule, and the queue for events that this refuses. */
interface Later {
  functions?: Functions;
  keepFailedEvent?: KeepFailedEvent;
}

const busOptionsOf = (later: Later): BusOptions => ({
  rules: [
    {
      name: 'intents',
      pattern: { 'detail-type': [INTENT_DETAIL_TYPE] },
      target: async (event) => later.functions?.['accept-event'].invoke(event),
    },
  ],
  onFailure: (event, error) => later.keepFailedEvent?.(event, error),
});

/** A queue server that the settings name, and that cannot be used, is a wrong setting. */
const provideQueues = async (
  settings: Settings,
  sqs: SQSClient,
  endpoint: string,
): Promise<Queues> => {
  const creating = createQueues(sqs, endpoint, {
    functionTimeoutSeconds: settings.FUNCTION_TIMEOUT_SECONDS,
    maxReceives: settings.MAX_RECEIVES,
  });
  return settings.AWS_ENDPOINT_URL_SQS === undefined
    ? creating
    : creating.catch(unusable('AWS_ENDPOINT_URL_SQS'));
};

const EMBEDDED_POLL_SECONDS = 2;

const startMapping = (
  settings: Settings,
  { sqs, queues, functions }: { sqs: SQSClient; queues: Queues; functions: Functions },
): EventSourceMapping =>
  startEventSourceMapping({
    sqs,
    queueUrl: queues.intents,
    queueArn: arnOf(queues.intents, settings.AWS_REGION),
    region: settings.AWS_REGION,
    batchSize: settings.BATCH_SIZE,
    batchWindowSeconds: settings.BATCH_WINDOW_SECONDS,
    maxConcurrency: settings.MAX_CONCURRENCY,
    // A poll of the embedded queue costs nothing. A short one makes pausing quick.
    ...(settings.AWS_ENDPOINT_URL_SQS === undefined && { longPollSeconds: EMBEDDED_POLL_SECONDS }),
    invoke: functions['control-jobs'].invoke,
    log: (line, cause) => console.error(line, cause instanceof Error ? cause.message : ''),
  });

/** The ledger: a table on another server, or a file here. */
const ledgerOf = (
  settings: Settings,
  after: Stopper['after'],
): {
  readonly name: string;
  /** Of the file, if it is one. */
  readonly path?: string;
  readonly environment: Record<string, string>;
} => {
  const { LEDGER_TABLE, AWS_ENDPOINT_URL_DYNAMODB } = settings;
  if (LEDGER_TABLE === undefined) {
    const { path } = after(provideLedgerFile(settings.DATA_DIR), stop);
    return { name: path, path, environment: { LEDGER_FILE: path } };
  }
  const endpoint = AWS_ENDPOINT_URL_DYNAMODB && { AWS_ENDPOINT_URL_DYNAMODB };
  return { name: LEDGER_TABLE, environment: { LEDGER_TABLE, ...endpoint } };
};

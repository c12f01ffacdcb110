import {
  CreateEventBusCommand,
  EventBridgeClient,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-eventbridge';
import { blame } from './blame.ts';
import { type EventBus, type Rule, startEventBus } from './bus/event-bus.ts';
import { type QueueServer, startQueueServer } from './queue/server.ts';
import type { Settings } from './settings.ts';
import type { Stopper } from './stopper.ts';
import { type Accounts, startUpstream, type Upstream } from './upstream/simulator.ts';

export const BUS_NAME = 'job-fanin-results';

/** Events kept for a look. */
const MAX_EVENTS = 100_000;

/** What lies outside the functions: other servers where the settings name them, embedded ones where they do not. */
export interface Wires {
  readonly queue: string;
  readonly bus: string;
  readonly dli: string;
  readonly drs: string;
  /** Undefined where the settings do not say where it is: who has keys alone needs none. */
  readonly iam: string | undefined;
  readonly embeddedQueue: QueueServer | undefined;
  readonly embeddedBus: EventBus | undefined;
  readonly simulator: Upstream | undefined;
}

export interface BusOptions {
  readonly rules: readonly Rule[];
  readonly onFailure: (event: unknown, error: unknown) => void;
}

/** Whether anything of the upstream is embedded. */
export const hasSimulator = ({ DLI_ENDPOINT, DRS_ENDPOINT }: Settings): boolean =>
  DLI_ENDPOINT === undefined || DRS_ENDPOINT === undefined;

const stop = (started: { stop: () => Promise<void> }): Promise<void> => started.stop();

export const startWires = async (
  settings: Settings,
  { after }: Stopper,
  busOptions: BusOptions,
  accounts: Accounts,
): Promise<Wires> => {
  const { AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL_EVENTBRIDGE, DLI_ENDPOINT, DRS_ENDPOINT } =
    settings;
  const startQueue = async (): Promise<QueueServer | undefined> =>
    AWS_ENDPOINT_URL_SQS === undefined
      ? after(await startQueueServer(settings.DATA_DIR), stop)
      : undefined;
  const startBus = async (): Promise<EventBus | undefined> =>
    AWS_ENDPOINT_URL_EVENTBRIDGE === undefined
      ? after(
          await startEventBus({
            buses: [BUS_NAME],
            region: settings.AWS_REGION,
            maxEvents: MAX_EVENTS,
            ...busOptions,
          }),
          stop,
        )
      : undefined;
  const startSimulator = async (): Promise<Upstream | undefined> =>
    hasSimulator(settings) ? after(await startUpstream({ accounts }), stop) : undefined;

  const [embeddedQueue, embeddedBus, simulator] = await Promise.all([
    startQueue(),
    startBus(),
    startSimulator(),
  ]);
  if (AWS_ENDPOINT_URL_EVENTBRIDGE !== undefined)
    await createBus(settings).catch(blame('AWS_ENDPOINT_URL_EVENTBRIDGE'));
  return {
    queue: embeddedQueue?.endpoint ?? AWS_ENDPOINT_URL_SQS ?? '',
    bus: embeddedBus?.url ?? AWS_ENDPOINT_URL_EVENTBRIDGE ?? '',
    dli: DLI_ENDPOINT ?? simulator?.url ?? '',
    drs: DRS_ENDPOINT ?? simulator?.url ?? '',
    iam: settings.IAM_ENDPOINT ?? simulator?.url,
    embeddedQueue,
    embeddedBus,
    simulator,
  };
};

/**
 * How the stack's own AWS clients are made. All that they would else read from the shell or the files in `~/.aws`, which are
 * meant for AWS, is said here.
 */
export const clientOptions = (settings: Settings, endpoint: string) =>
  ({
    endpoint,
    region: settings.AWS_REGION,
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID,
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
      ...(settings.AWS_SESSION_TOKEN && { sessionToken: settings.AWS_SESSION_TOKEN }),
    },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    defaultsMode: 'legacy',
    retryMode: 'standard',
    maxAttempts: 3,
  }) as const;

const createBus = async (settings: Settings): Promise<void> => {
  const endpoint = settings.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '';
  const client = new EventBridgeClient(clientOptions(settings, endpoint));
  try {
    await client.send(new CreateEventBusCommand({ Name: BUS_NAME }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  } finally {
    client.destroy();
  }
};

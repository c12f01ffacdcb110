import {
  CreateEventBusCommand,
  EventBridgeClient,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-eventbridge';
import { type EventBus, type Rule, startEventBus } from './bus/event-bus.ts';
import { type QueueServer, startQueueServer } from './queue/server.ts';
import type { Settings } from './settings.ts';
import type { Stopper } from './stopper.ts';
import { unusable } from './unusable-setting.ts';
import { startUpstream, type Upstream, type UpstreamOptions } from './upstream/simulator.ts';

export const BUS_NAME = 'job-fanin-results';

/** About how many of the latest events, calls, looks, refusals and jobs the embedded parts keep. */
const MAX_KEPT = 10_000;

/** The servers around the functions: those that the settings name, and embedded ones for the rest. */
export interface Wires {
  readonly queue: string;
  readonly bus: string;
  readonly dli: string;
  readonly drs: string;
  /** Undefined where no setting names it. Only credentials with a password need it. */
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

const startQueue = async (
  { AWS_ENDPOINT_URL_SQS, DATA_DIR }: Settings,
  { after }: Stopper,
): Promise<QueueServer | undefined> =>
  AWS_ENDPOINT_URL_SQS === undefined ? after(await startQueueServer(DATA_DIR), stop) : undefined;

/** Another server's bus is made there if it is missing. */
const startBus = async (
  settings: Settings,
  { after }: Stopper,
  options: BusOptions,
): Promise<EventBus | undefined> => {
  if (settings.AWS_ENDPOINT_URL_EVENTBRIDGE !== undefined) {
    await createBus(settings).catch(unusable('AWS_ENDPOINT_URL_EVENTBRIDGE'));
    return undefined;
  }
  const { AWS_REGION: region } = settings;
  const own = { buses: [BUS_NAME], region, maxEvents: MAX_KEPT };
  return after(await startEventBus({ ...own, ...options }), stop);
};

/** Starts what is embedded, all at once, and says where everything is. */
export const startWires = async (
  settings: Settings,
  stopper: Stopper,
  busOptions: BusOptions,
  simulated: Pick<UpstreamOptions, 'accounts' | 'watch'>,
): Promise<Wires> => {
  const startSimulator = async (): Promise<Upstream | undefined> =>
    hasSimulator(settings)
      ? stopper.after(await startUpstream({ ...simulated, maxKept: MAX_KEPT }), stop)
      : undefined;
  const [embeddedQueue, embeddedBus, simulator] = await Promise.all([
    startQueue(settings, stopper),
    startBus(settings, stopper, busOptions),
    startSimulator(),
  ]);
  return {
    queue: embeddedQueue?.endpoint ?? settings.AWS_ENDPOINT_URL_SQS ?? '',
    bus: embeddedBus?.url ?? settings.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '',
    dli: settings.DLI_ENDPOINT ?? simulator?.url ?? '',
    drs: settings.DRS_ENDPOINT ?? simulator?.url ?? '',
    iam: settings.IAM_ENDPOINT ?? simulator?.url,
    embeddedQueue,
    embeddedBus,
    simulator,
  };
};

/**
 * The options of the stack's own AWS clients. They name every value that a client would otherwise read from the shell or
 * from `~/.aws`, since those are for AWS itself.
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

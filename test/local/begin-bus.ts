import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { type EventBus, type EventBusOptions, startEventBus } from '../../local/bus/event-bus.ts';

const opened: (() => unknown)[] = [];

/** Closes what {@link start} has opened, the last first. */
export const closeAll = async (): Promise<void> => {
  for (const close of opened.splice(0).reverse()) await close();
};

export const start = async (
  options: Partial<EventBusOptions> = {},
): Promise<{ bus: EventBus; client: EventBridgeClient }> => {
  const bus = await startEventBus({ buses: ['results'], ...options });
  const client = new EventBridgeClient({
    endpoint: bus.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  opened.push(bus.stop, () => client.destroy());
  return { bus, client };
};

export const entry = (change: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: 'results',
  Source: 'job-fanin',
  DetailType: 'Job Control Result',
  Detail: '{}',
  ...change,
});

export const numbered = (count: number): PutEventsRequestEntry[] =>
  Array.from({ length: count }, (_, n) => entry({ Detail: JSON.stringify({ n }) }));

export const put = (client: EventBridgeClient, ...entries: PutEventsRequestEntry[]) =>
  client.send(new PutEventsCommand({ Entries: entries }));

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { REQUEST_BOUNDS } from '../../shared/edge/aws.ts';

export interface PeerResult {
  readonly intent_id: string;
  readonly job_id: string;
  readonly outcome: 'delivered' | 'rejected';
}

const ENTRIES_PER_REQUEST = 10;
const TRIES = 3;

/** Requests at once, as our own client has it. */
const CONCURRENCY = 8;

const eventBridge = new EventBridgeClient(REQUEST_BOUNDS);

const entryOf = (result: PeerResult) => ({
  EventBusName: process.env.EVENT_BUS_NAME ?? '',
  Source: 'peer',
  DetailType: 'Job Control Result',
  Detail: JSON.stringify({ ...result, settled_at: new Date().toISOString() }),
});

/** Repeats the entries that the bus refused. Rejects if some are left. */
const put = async (results: readonly PeerResult[]): Promise<void> => {
  let left = results.map(entryOf);
  for (let attempt = 1; attempt <= TRIES && left.length > 0; attempt++) {
    const { Entries = [] } = await eventBridge.send(new PutEventsCommand({ Entries: left }));
    left = left.filter((_, i) => Entries[i]?.EventId === undefined);
  }
  if (left.length > 0) throw new Error(`the bus did not take ${left.length} results`);
};

/** Publishes results, ten to a request, by the client that our control loop has too. Rejects if one is not published. */
export const publish = async (results: readonly PeerResult[]): Promise<void> => {
  const requests = Array.from({ length: Math.ceil(results.length / ENTRIES_PER_REQUEST) }, (_, i) =>
    results.slice(i * ENTRIES_PER_REQUEST, (i + 1) * ENTRIES_PER_REQUEST),
  );
  const slots = pLimit(CONCURRENCY);
  await Promise.all(requests.map((entries) => slots(put, entries)));
};

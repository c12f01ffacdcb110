import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EventBus } from './bus/event-bus.ts';
import type { Functions } from './front/invoke.ts';
import type { Front } from './front/server.ts';
import type { EventSourceMapping } from './mapping/event-source-mapping.ts';
import { type Stopper, waitUntil } from './stopper.ts';

/** What a stop has to leave. */
export interface Left {
  /** Invocations that were ended at the bound. */
  readonly unfinished: number;
  /** Messages on the intents queue, hidden ones too; undefined if the queue did not say. */
  readonly messages: number | undefined;
}

export interface Running {
  readonly front: Front;
  readonly mapping: EventSourceMapping;
  readonly functions: Functions;
  readonly bus: EventBus | undefined;
  readonly countMessages: () => Promise<number>;
  readonly stopper: Stopper;
}

/** Kept of the time for deleting what is done, and for closing the rest. */
const TIDY_MS = 500;

/** Kept for the process itself to end. */
const EXIT_MS = 500;

/**
 * Stops everything within so many milliseconds, the ways in first. No function begins anything that its time does not allow, and
 * the time is cut to this bound: a call that is under way has its answer recorded and published if it comes within it; what
 * is unfinished then is ended, and its messages come back.
 */
export const shutDown = async (
  { front, mapping, functions, bus, countMessages, stopper }: Running,
  withinMs: number,
): Promise<Left> => {
  const endAt = Date.now() + withinMs - EXIT_MS;
  const all = Object.values(functions);
  for (const one of all) one.endBy(endAt - TIDY_MS);
  await waitUntil(endAt, Promise.all([front.stop(endAt - TIDY_MS), mapping.stop()]));
  await waitUntil(endAt, functions['control-jobs'].stop());
  // The events that it has taken are handed over to accept-event before that function stops.
  if (bus !== undefined) await waitUntil(endAt, bus.stop());
  const messages = await waitUntil(
    endAt,
    countMessages().catch(() => undefined),
  );
  await stopper.stop(endAt);
  return { unfinished: all.reduce((sum, one) => sum + one.unfinished(), 0), messages };
};

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How many messages a queue has. */
export const makeCountMessages =
  (sqs: SQSClient, queueUrl: string) => async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
    );
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  };

import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EventBus } from './bus/event-bus.ts';
import type { Functions } from './front/invoke.ts';
import type { Front } from './front/server.ts';
import type { EventSourceMapping } from './mapping/event-source-mapping.ts';
import { type Stopper, waitUntil } from './stopper.ts';

/** What a stop left undone. */
export interface Left {
  /** Invocations that were ended at the bound. */
  readonly unfinished: number;
  /** Messages on the intents queue, hidden ones too; undefined if the queue did not say. */
  readonly messages: number | undefined;
}

export interface Running {
  readonly front: Front;
  readonly mapping: Pick<EventSourceMapping, 'stop'>;
  readonly functions: Functions;
  readonly bus: EventBus | undefined;
  readonly countMessages: () => Promise<number>;
  readonly stopper: Stopper;
}

/** The part of the time that is kept for deleting messages and closing servers. */
const TIDY_MS = 500;

/** The part that is kept for the process to exit. */
const EXIT_MS = 500;

/**
 * Stops the stack within so many milliseconds, the front first. The remaining time of every function is cut to this bound. A
 * call under way is recorded and published if its answer comes in time. Then unfinished invocations are ended, and their
 * messages come back.
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
  // The bus hands its events to accept-event, so it stops before that function.
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

/** How many messages a queue has, hidden and delayed ones included. */
export const makeCountMessages =
  (sqs: SQSClient, queueUrl: string) => async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
    );
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  };

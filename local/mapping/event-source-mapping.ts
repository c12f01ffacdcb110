import type { SQSRecord } from 'aws-lambda';
import { gatherBatches } from './gather-batches.ts';
import { makeReceiveMessages } from './receive-messages.ts';
import { makeSettleBatch, type SettleOptions } from './settle-batch.ts';
import { type QueueIdentity, recordOf } from './sqs-record.ts';
import { watchPolls } from './watch-polls.ts';

export interface EventSourceMappingOptions extends QueueIdentity, Omit<SettleOptions, 'log'> {
  /** Messages per invocation, 1 to 10,000. */
  readonly batchSize: number;
  /** How long a batch waits for more, 0 to 300; 0 hands over what one receive gave, at most ten. */
  readonly batchWindowSeconds: number;
  /** Invocations at the same time, the deletes after them included. */
  readonly maxConcurrency: number;
  /** How long a receive waits for a message, 1 to 20; 20, the default, costs an idle queue the fewest requests. */
  readonly longPollSeconds?: number;
  readonly log?: SettleOptions['log'];
}

export interface EventSourceMapping {
  /** Why no messages are fetched; undefined if they are, or if the function has all that it can take. */
  readonly trouble: () => string | undefined;
  /** Stops polling at once, hands over what has been received, and waits for the invocations and their deletes. */
  readonly stop: () => Promise<void>;
}

/** SQS gives no more in one receive. */
const MESSAGES_PER_RECEIVE = 10;
const LONGEST_POLL_SECONDS = 20;
const MAX_POLLERS = 16;

/** Runs batches, at most so many at once; the others wait their turn in order. */
const makeSlots = (
  count: number,
  run: (batch: readonly SQSRecord[]) => Promise<void>,
  onFree: () => void,
) => {
  const waiting: (readonly SQSRecord[])[] = [];
  const running = new Set<Promise<void>>();

  const begin = (): void => {
    while (running.size < count) {
      const batch = waiting.shift();
      if (batch === undefined) return;
      const settled = run(batch).finally(() => {
        running.delete(settled);
        begin();
        onFree();
      });
      running.add(settled);
    }
  };

  return {
    take: (batch: readonly SQSRecord[]) => {
      waiting.push(batch);
      begin();
    },
    /** Slots that are neither taken nor spoken for. */
    free: () => count - running.size - waiting.length,
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};

/**
 * Does what Lambda's event source mapping does for a standard queue, ReportBatchItemFailures on. Law: never more
 * messages are asked for than the free invocations can take, so none waits invisibly behind a busy function. Polling
 * widens while receives come back full and narrows to one long poll when they do not. Unlike Lambda, it does not slow
 * down when the function fails. Dead-lettering is the queue's own.
 */
export const startEventSourceMapping = (options: EventSourceMappingOptions): EventSourceMapping => {
  const { batchSize, batchWindowSeconds, maxConcurrency, log = () => undefined } = options;
  const windowMs = batchWindowSeconds * 1_000;
  const perBatch = windowMs > 0 ? batchSize : Math.min(batchSize, MESSAGES_PER_RECEIVE);
  const stopping = new AbortController();
  const { receive, outage } = makeReceiveMessages({ ...options, log, signal: stopping.signal });
  const slots = makeSlots(maxConcurrency, makeSettleBatch({ ...options, log }), () => poll());
  const gathering = gatherBatches({ batchSize, windowMs, handOver: slots.take });
  const polls = new Set<Promise<void>>();
  const longPollSeconds = options.longPollSeconds ?? LONGEST_POLL_SECONDS;
  const watch = watchPolls(longPollSeconds, outage);
  let pollers = 1;
  let asked = 0;

  const receiveOnce = async (most: number): Promise<void> => {
    // One long poll is enough to notice a message: the others find some at once or give up.
    const waitSeconds = polls.size === 0 ? longPollSeconds : 0;
    watch.began(polls.size === 0);
    asked += most;
    const messages = await receive(most, waitSeconds);
    asked -= most;
    watch.ended();
    gathering.add(messages.map((message) => recordOf(message, options)));
    pollers =
      messages.length === most ? Math.min(pollers * 2, MAX_POLLERS) : Math.max(pollers - 1, 1);
  };

  const poll = (): void => {
    while (!stopping.signal.aborted && polls.size < pollers) {
      const room = slots.free() * perBatch - gathering.size() - asked;
      if (room <= 0) return;
      const done = receiveOnce(Math.min(room, MESSAGES_PER_RECEIVE)).finally(() => {
        polls.delete(done);
        poll();
      });
      polls.add(done);
    }
  };

  poll();
  return {
    trouble: () => (stopping.signal.aborted ? 'stopped' : watch.trouble(polls.size)),
    stop: async () => {
      stopping.abort();
      await Promise.all(polls);
      gathering.flush();
      await slots.drain();
    },
  };
};

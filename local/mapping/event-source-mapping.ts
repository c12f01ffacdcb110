import type { Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { gatherBatches } from './gather-batches.ts';
import { makeReceiveMessages } from './receive-messages.ts';
import { makeSettleBatch, type SettleOptions } from './settle-batch.ts';
import { type QueueIdentity, recordOf } from './sqs-record.ts';
import { type PollWatch, watchPolls } from './watch-polls.ts';

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
  /** The messages that wait for their batch, and when its window closes, in milliseconds since 1970. */
  readonly gathering: () => { readonly messages: number; readonly closesAt: number | undefined };
  /** Begins no more polls, and waits for those under way: a receive that is cut off may have taken messages. */
  readonly pause: () => Promise<void>;
  /** Stops polling at once, hands over what has been received, and waits for the invocations and their deletes. */
  readonly stop: () => Promise<void>;
}

/** The most that SQS gives in one receive. */
const MESSAGES_PER_RECEIVE = 10;
const LONGEST_POLL_SECONDS = 20;
const MAX_POLLERS = 16;

interface PollOptions {
  readonly receive: ReturnType<typeof makeReceiveMessages>['receive'];
  readonly longPollSeconds: number;
  readonly watch: PollWatch;
  readonly signal: AbortSignal;
}

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
    /** How many slots have neither a running batch nor a waiting one. */
    free: () => count - running.size - waiting.length,
    drain: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};

/** Polls while there is room for messages. `most` says for how many; `take` gets those of one receive. */
const makePolls = (
  { receive, longPollSeconds, watch, signal }: PollOptions,
  most: () => number,
  take: (messages: readonly Message[]) => void,
) => {
  const underWay = new Set<Promise<void>>();
  let pollers = 1;
  let asked = 0;

  const receiveOnce = async (count: number): Promise<void> => {
    // One long poll is enough to notice a message. The others find messages at once, or give up.
    const isFirst = underWay.size === 0;
    watch.began(isFirst);
    asked += count;
    const messages = await receive(count, isFirst ? longPollSeconds : 0);
    asked -= count;
    watch.ended();
    take(messages);
    const isFull = messages.length === count;
    pollers = isFull ? Math.min(pollers * 2, MAX_POLLERS) : Math.max(pollers - 1, 1);
  };

  const poll = (): void => {
    while (!signal.aborted && underWay.size < pollers) {
      const room = most() - asked;
      if (room <= 0) return;
      const done = receiveOnce(Math.min(room, MESSAGES_PER_RECEIVE)).finally(() => {
        underWay.delete(done);
        poll();
      });
      underWay.add(done);
    }
  };
  return { poll, underWay };
};

/**
 * Does what Lambda's event source mapping does for a standard queue, ReportBatchItemFailures on. Law: it asks for no more
 * messages than the free invocations can take, so no message waits unseen behind a busy function. It polls more while
 * receives come back full, and falls back to one long poll when they do not. Unlike Lambda, it does not slow down when the
 * function fails. The queue itself moves messages to the dead-letter queue.
 */
export const startEventSourceMapping = (options: EventSourceMappingOptions): EventSourceMapping => {
  const { batchSize, batchWindowSeconds, maxConcurrency, log = () => undefined } = options;
  const windowMs = batchWindowSeconds * 1_000;
  const perBatch = windowMs > 0 ? batchSize : Math.min(batchSize, MESSAGES_PER_RECEIVE);
  const [pausing, stopping] = [new AbortController(), new AbortController()];
  const { signal } = pausing;
  const { receive, outage } = makeReceiveMessages({ ...options, log, signal: stopping.signal });
  const { longPollSeconds = LONGEST_POLL_SECONDS } = options;
  const watch = watchPolls(longPollSeconds, outage);
  const slots = makeSlots(maxConcurrency, makeSettleBatch({ ...options, log }), () => poll());
  const gathering = gatherBatches({ batchSize, windowMs, handOver: slots.take });
  const { poll, underWay } = makePolls(
    { receive, longPollSeconds, watch, signal },
    () => slots.free() * perBatch - gathering.size(),
    (messages) => gathering.add(messages.map((message) => recordOf(message, options))),
  );
  poll();
  const end = async (): Promise<void> => {
    pausing.abort();
    await Promise.all(underWay);
    gathering.flush();
    await slots.drain();
  };
  return {
    trouble: () => (signal.aborted ? 'stopped' : watch.trouble(underWay.size)),
    gathering: () => ({ messages: gathering.size(), closesAt: gathering.closesAt() }),
    pause: end,
    stop: () => {
      stopping.abort();
      return end();
    },
  };
};

import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { type FailingStreak, makeFailingStreak } from '../batching/failing-streak.ts';
import { pack } from '../batching/pack.ts';
import { repeatRefused, type Taken } from '../batching/repeat-refused.ts';
import { RESULT_SOURCE, type Result } from '../intent/result.ts';
import { eventsOf, type ResultsEvent } from '../intent/result-events.ts';
import type { Log } from '../json/log.ts';
import { troubleOf } from '../json/trouble.ts';

/** Entries per PutEvents request. */
const BATCH = 10;

/** Concurrent requests. */
const CONCURRENCY = 8;

/** The size as EventBridge counts it: source, detail-type and detail in UTF-8. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const bytesOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

const entryOf = (
  EventBusName: string,
  { detailType: DetailType, detail: Detail }: ResultsEvent,
): PutEventsRequestEntry => ({ EventBusName, Source: RESULT_SOURCE, DetailType, Detail });

export interface PublishOptions {
  readonly busName: string;
  /** Bytes per PutEvents request. */
  readonly maxBytes: number;
  /** Results per event. */
  readonly perEvent: number;
}

/** What EventBridge counts of an event besides its detail. */
const AROUND_DETAIL = 64;

/**
 * Publishes results in PutEvents of at most ten entries and `maxBytes` bytes. Retries only the entries that failed. Says
 * of each result, in order, whether the bus has it. If eight requests in a row fail with all their retries, no other begins:
 * a bus that hangs would take all the time of the function.
 */
export const makePublish = (
  { eventBridge, log }: { eventBridge: EventBridgeClient; log: Log },
  { busName, maxBytes, perEvent }: PublishOptions,
) => {
  const put = async (
    entries: readonly PutEventsRequestEntry[],
    streak: FailingStreak,
  ): Promise<readonly Taken[]> => {
    if (streak.isDown()) return entries.map(() => 'never');
    try {
      const { Entries = [] } = await eventBridge.send(
        new PutEventsCommand({ Entries: [...entries] }),
      );
      streak.note('served');
      const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
      if (refused !== undefined) log.warn('not published', { code: refused.ErrorCode });
      return entries.map((_, i) => (Entries[i]?.EventId === undefined ? 'again' : 'taken'));
    } catch (error) {
      streak.note('failed');
      log.warn('not published', { events: entries.length, ...troubleOf(error) });
      return entries.map(() => 'never');
    }
  };
  return async (results: readonly Result[]): Promise<readonly boolean[]> => {
    const events = eventsOf(results, { perEvent, maxBytes: maxBytes - AROUND_DETAIL });
    const slots = pLimit(CONCURRENCY);
    const entries = events.map((event) => entryOf(busName, event));
    const packs = pack(entries, bytesOf, { maxCount: BATCH, maxBytes });
    const streak = makeFailingStreak(CONCURRENCY);
    const taken = await Promise.all(
      packs.map((one) => slots(() => repeatRefused(one, (some) => put(some, streak)))),
    );
    const isTaken = taken.flat();
    const published = new Set(events.flatMap(({ places }, i) => (isTaken[i] ? places : [])));
    return results.map((_, place) => published.has(place));
  };
};

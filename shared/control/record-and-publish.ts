import { makeTimings, type Result, resultsOf } from '../intent/result.ts';
import type { Records } from '../ledger/records.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { OpenIntent } from './open-intent.ts';

export interface RecordAndPublishOptions {
  readonly records: Records;
  readonly invocation: string;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
}

/** Ends the work on open intents. Resolves to those that are done for good, and need not come back. */
export type RecordAndPublish = (
  openIntents: readonly OpenIntent[],
) => Promise<readonly OpenIntent[]>;

/** How often a record is written anew that other invocations write too. Each time it takes over what they wrote. */
const ROUNDS = 10;

/**
 * Records, then publishes (promise P2). Law: the verdict in the ledger is the verdict. So an event that is repeated after a
 * crash says the same. Results that are known to be on the bus are passed over.
 */
export const makeRecordAndPublish = (options: RecordAndPublishOptions): RecordAndPublish => {
  const recordOne = (openIntent: OpenIntent) => record(openIntent, options);
  return async (openIntents) => {
    const kept = await Promise.all(openIntents.map(recordOne));
    const recorded = openIntents.filter((_, i) => kept[i]);
    const news = await publishDue(recorded, options);
    const done = recorded.filter(isPublished);
    // One that comes back records what is on the bus, so that it is not published each time again.
    const coming = recorded.filter((one) => news.has(one) && !done.includes(one));
    for (const openIntent of coming) openIntent.record.markChanged();
    await Promise.all(coming.map(recordOne));
    return done;
  };
};

/** Writes a record if it has news. Resolves to whether the ledger knows all of it. */
const record = async (
  openIntent: OpenIntent,
  { records, invocation }: RecordAndPublishOptions,
): Promise<boolean> => {
  const { key } = openIntent;
  for (let round = 0; openIntent.record.isChanged && round < ROUNDS; round++) {
    const state = openIntent.record.stateFor(invocation);
    const [written, version] = await records.blocks.write(key, state, openIntent.record.version);
    if (written === 'unknown') return false;
    if (written === 'written') {
      openIntent.record.wasRecorded(version);
      continue;
    }
    const stored = (await records.blocks.read([key]))(key);
    if (stored.kind !== 'found') return false;
    openIntent.record.takeOverFrom(stored.record, stored.version, invocation);
  }
  return !openIntent.record.isChanged;
};

/** Publishes what is not known to be on the bus. Resolves to the open intents of which the bus took something. */
const publishDue = async (
  openIntents: readonly OpenIntent[],
  { publish }: RecordAndPublishOptions,
): Promise<ReadonlySet<OpenIntent>> => {
  const timing = makeTimings();
  const due = openIntents.flatMap((openIntent) => dueOf(openIntent, timing));
  if (due.length === 0) return new Set();
  const taken = await publish(due.map(({ result }) => result));
  const published = due.filter((_, i) => taken[i]);
  for (const { openIntent, index } of published) openIntent.record.notePublished(index);
  return new Set(published.map(({ openIntent }) => openIntent));
};

/** Whether every job has its verdict on the bus. */
const isPublished = ({ intent, record }: OpenIntent): boolean =>
  intent.jobs.every((_, index) => record.published.has(index));

/** The verdicts that are not known to be on the bus, as events. */
const dueOf = (openIntent: OpenIntent, timing: ReturnType<typeof makeTimings>) => {
  const { intent, record } = openIntent;
  const toResult = resultsOf(intent);
  return intent.jobs.flatMap((job, index) => {
    const recorded = record.verdicts[index];
    if (recorded === undefined || record.published.has(index)) return [];
    const { calledAt, settledAt } = recorded;
    const result = toResult(jobIdOf(job), recorded, timing(calledAt, settledAt));
    return [{ openIntent, index, result }];
  });
};

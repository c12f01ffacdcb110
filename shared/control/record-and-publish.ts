import type { Intent } from '../intent/intent.ts';
import { type Result, resultOf, timingOf } from '../intent/result.ts';
import { type RecordedVerdict, writeNote } from '../ledger/block-record.ts';
import type { Records } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import { type OpenIntent, recallInto, stateOf } from './open-intent.ts';

export interface RecordAndPublishOptions {
  readonly records: Records;
  readonly invocation: string;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
}

/** Ends the work on open intents; resolves to those that are done for good, and need not come back. */
export type RecordAndPublish = (
  openIntents: readonly OpenIntent[],
) => Promise<readonly OpenIntent[]>;

/** How often an open intent that others write too is written anew, with theirs taken over. */
const ROUNDS = 5;

/**
 * Record, then publish (promise P2): a verdict goes to the ledger first and is the verdict from then on, so an event
 * that is repeated after a crash says the same. What is known to be on the bus is passed over.
 */
export const makeRecordAndPublish = ({
  records,
  invocation,
  publish,
}: RecordAndPublishOptions): RecordAndPublish => {
  const record = async (openIntent: OpenIntent): Promise<boolean> => {
    for (let round = 0; openIntent.changed && round < ROUNDS; round++) {
      const [written, version] = await records.blocks.write(
        openIntent.key,
        stateOf(openIntent, invocation),
        openIntent.seen,
      );
      if (written === 'unknown') return false;
      if (written === 'written') {
        openIntent.seen = version;
        openIntent.changed = false;
      } else if (!(await takeOver(openIntent))) return false;
    }
    return !openIntent.changed;
  };

  const takeOver = async (openIntent: OpenIntent): Promise<boolean> => {
    const stored = (await records.blocks.read([openIntent.key]))(openIntent.key);
    if (stored.kind !== 'found') return false;
    openIntent.seen = stored.version;
    const own = [...openIntent.verdicts];
    recallInto(openIntent, stored.record);
    keepServed(openIntent, own, invocation);
    return true;
  };

  /** Tells the bus what it is not known to have; resolves to the open intents of which it has taken something. */
  const tell = async (openIntents: readonly OpenIntent[]): Promise<ReadonlySet<OpenIntent>> => {
    const due = openIntents.flatMap(dueOf);
    if (due.length === 0) return new Set();
    const taken = await publish(due.map(({ result }) => result));
    const told = due.filter((_, i) => taken[i]);
    for (const { openIntent, index } of told) openIntent.published.add(index);
    return new Set(told.map(({ openIntent }) => openIntent));
  };

  return async (openIntents) => {
    const kept = await Promise.all(openIntents.map(record));
    const recorded = openIntents.filter((_, i) => kept[i]);
    const news = await tell(recorded);
    const done = recorded.filter(isTold);
    // One that comes back says what is on the bus, so that it is not told again each time. If it cannot: it is told again.
    const coming = recorded.filter(
      (openIntent) => news.has(openIntent) && !done.includes(openIntent),
    );
    await Promise.all(
      coming.map((openIntent) => {
        openIntent.changed = true;
        return record(openIntent);
      }),
    );
    return done;
  };
};

/**
 * Another invocation may have given a job up while its request was served here. Then the claim stays open until the request
 * can have no effect any more: the next run must not go before that. A look proves this only without a request of its own.
 */
const keepServed = (
  openIntent: OpenIntent,
  own: readonly (RecordedVerdict | undefined)[],
  invocation: string,
): void => {
  for (const [index, verdict] of own.entries()) {
    const { outcome, evidence } = verdict ?? {};
    const isServed =
      outcome === 'delivered' &&
      evidence !== undefined &&
      (evidence !== 'observed' || openIntent.ownEnds.has(index));
    if (isServed && openIntent.verdicts[index]?.evidence === undefined)
      openIntent.asked.set(index, writeNote({ invocation, mayBeServed: true }));
  }
};

/** Whether every job of an open intent has its verdict on the bus. */
const isTold = ({ intent, published }: OpenIntent): boolean =>
  intent.jobs.every((_, index) => published.has(index));

/** The verdicts of an open intent that are not known to be on the bus, as events. */
const dueOf = (openIntent: OpenIntent) =>
  openIntent.intent.jobs.flatMap((job, index) => {
    const recorded = openIntent.verdicts[index];
    if (recorded === undefined || openIntent.published.has(index)) return [];
    return [{ openIntent, index, result: toResult(openIntent.intent, job, recorded) }];
  });

const toResult = (
  intent: Intent,
  job: Job,
  { calledAt, settledAt, ...verdict }: RecordedVerdict,
): Result => resultOf(intent, jobIdOf(job), verdict, timingOf(calledAt, settledAt));

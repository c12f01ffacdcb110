import type { Intent } from '../intent/intent.ts';
import { type Result, resultOf, timingOf } from '../intent/result.ts';
import { askerName, type Sealed } from '../ledger/block-record.ts';
import type { Records } from '../ledger/records.ts';
import { type Job, jobIdOf } from '../operations/operation.ts';
import { type Part, recallInto, stateOf } from './open-intent.ts';

export interface ConcludeOptions {
  readonly records: Records;
  readonly invocation: string;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
}

/** Ends the work on parts; resolves to those that are done for good, and need not come back. */
export type Conclude = (parts: readonly Part[]) => Promise<readonly Part[]>;

/** How often a part that others write too is written anew, with theirs taken over. */
const ROUNDS = 5;

/**
 * Record, then publish (promise P2): a verdict goes to the ledger first and is the verdict from then on, so an event
 * that is repeated after a crash says the same. What is known to be on the bus is passed over.
 */
export const makeConclude = ({ records, invocation, publish }: ConcludeOptions): Conclude => {
  const record = async (part: Part): Promise<boolean> => {
    for (let round = 0; part.changed && round < ROUNDS; round++) {
      const [written, version] = await records.blocks.write(
        part.key,
        stateOf(part, invocation),
        part.seen,
      );
      if (written === 'unknown') return false;
      if (written === 'written') {
        part.seen = version;
        part.changed = false;
      } else if (!(await takeOver(part))) return false;
    }
    return !part.changed;
  };

  const takeOver = async (part: Part): Promise<boolean> => {
    const stored = (await records.blocks.read([part.key]))?.get(part.key);
    if (stored?.record === undefined) return false;
    part.seen = stored.version;
    const own = [...part.verdicts];
    recallInto(part, stored.record);
    keepServed(part, own, invocation);
    return true;
  };

  /** Tells the bus what it is not known to have; resolves to the parts of which it has taken something. */
  const tell = async (parts: readonly Part[]): Promise<ReadonlySet<Part>> => {
    const due = parts.flatMap(dueOf);
    if (due.length === 0) return new Set();
    const taken = await publish(due.map(({ result }) => result));
    const told = due.filter((_, i) => taken[i]);
    for (const { part, index } of told) part.published.add(index);
    return new Set(told.map(({ part }) => part));
  };

  return async (parts) => {
    const kept = await Promise.all(parts.map(record));
    const recorded = parts.filter((_, i) => kept[i]);
    const news = await tell(recorded);
    const done = recorded.filter(isTold);
    // One that comes back says what is on the bus, so that it is not told again each time. If it cannot: it is told again.
    const coming = recorded.filter((part) => news.has(part) && !done.includes(part));
    await Promise.all(
      coming.map((part) => {
        part.changed = true;
        return record(part);
      }),
    );
    return done;
  };
};

/**
 * Where the record says that a job was given up while its request was served, the claim stays open until its end: what was
 * served may not show yet, and a run that comes next must not go before it does.
 */
const keepServed = (part: Part, own: readonly (Sealed | undefined)[], invocation: string): void => {
  for (const [index, verdict] of own.entries()) {
    const { outcome, evidence } = verdict ?? {};
    const isServed = outcome === 'delivered' && evidence !== undefined && evidence !== 'observed';
    if (isServed && part.verdicts[index]?.evidence === undefined)
      part.asked.set(index, askerName({ invocation, mayBeServed: true }));
  }
};

/** Whether every job of a part has its verdict on the bus. */
const isTold = ({ intent, published }: Part): boolean =>
  intent.jobs.every((_, index) => published.has(index));

/** The verdicts of a part that are not known to be on the bus, as events. */
const dueOf = (part: Part) =>
  part.intent.jobs.flatMap((job, index) => {
    const sealed = part.verdicts[index];
    if (sealed === undefined || part.published.has(index)) return [];
    return [{ part, index, result: toResult(part.intent, job, sealed) }];
  });

const toResult = (intent: Intent, job: Job, { calledAt, settledAt, ...verdict }: Sealed): Result =>
  resultOf(intent, jobIdOf(job), verdict, timingOf(calledAt, settledAt));

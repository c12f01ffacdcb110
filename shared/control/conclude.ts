import { jobIdOf } from '../core/operation.ts';
import { type Result, resultOf, timingOf } from '../core/result.ts';
import type { Book } from './book.ts';
import { isSettled, type Part, recallInto, stateOf } from './part.ts';

export interface ConcludeOptions {
  readonly book: Book;
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
export const makeConclude = ({ book, invocation, publish }: ConcludeOptions): Conclude => {
  const record = async (part: Part): Promise<boolean> => {
    for (let round = 0; part.changed && round < ROUNDS; round++) {
      const [written, version] = await book.writePart(
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
    const stored = (await book.parts([part.key]))?.get(part.key);
    if (stored?.record === undefined) return false;
    part.seen = stored.version;
    recallInto(part, stored.record);
    return true;
  };

  return async (parts) => {
    const kept = await Promise.all(parts.map(record));
    const recorded = parts.filter((_, i) => kept[i]);
    const due = recorded.flatMap((part) => unpublishedOf(part).map((index) => ({ part, index })));
    const taken = due.length === 0 ? [] : await publish(due.map(toResult));
    due.forEach(({ part, index }, i) => {
      if (taken[i]) part.published.add(index);
    });
    const news = new Set(due.flatMap(({ part }, i) => (taken[i] ? [part] : [])));
    const done = recorded.filter((part) => isSettled(part) && unpublishedOf(part).length === 0);
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

const unpublishedOf = ({ intent, verdicts, published }: Part): readonly number[] =>
  intent.jobs.flatMap((_, i) => (verdicts[i] !== undefined && !published.has(i) ? [i] : []));

const toResult = ({ part: { intent, verdicts }, index }: { part: Part; index: number }): Result => {
  const [job, sealed] = [intent.jobs[index], verdicts[index]];
  if (job === undefined || sealed === undefined)
    throw new Error('a verdict that is not there is due');
  const { calledAt, settledAt, ...verdict } = sealed;
  return resultOf(intent, jobIdOf(job), verdict, timingOf(calledAt, settledAt));
};

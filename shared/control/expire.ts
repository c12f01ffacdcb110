import { type Ending, endingOf } from '../core/ending.ts';
import { operationOf } from '../core/intent.ts';
import { jobKeyOf } from '../core/job-record.ts';
import { UNASKED } from '../core/operation.ts';
import { isOverdue, type Settled } from '../core/plan.ts';
import type { Book } from './book.ts';
import { newestPartOf } from './claim.ts';
import { readKnown } from './known.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';
import type { Part } from './part.ts';
import { ageBeside } from './weigh.ts';

export interface ExpireOptions {
  readonly book: Book;
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** How long after a deadline it is still tried to see what became of a request, where the ledger knows of one; in milliseconds. */
  readonly graceMs: number;
  readonly parts: ReadonlyMap<string, Part>;
}

interface Doubtful extends InDoubt {
  readonly overdue: Settled;
  readonly part: Part;
  readonly since: number;
}

const BY_EFFECT = { taken: 'observed', none: 'expired', pending: 'wait' } as const;

/**
 * Tells how jobs end whose deadline has passed. Law: none of them is called; and one whose request may have been served
 * is looked at first, for a while, so that nobody is told of a job that runs that it has expired.
 */
export const makeExpire = ({ book, lookAt, now, graceMs, parts }: ExpireOptions) => {
  /** The jobs by what the ledger knows: those that somebody has to look at, and how the others end. */
  const sift = async (overdue: readonly Settled[]) => {
    const endings = new Map<Settled, Ending>();
    const doubtful: Doubtful[] = [];
    const known = await readKnown(book, overdue.map(keyOf));
    for (const one of overdue) {
      const found = known.get(keyOf(one));
      if (found === undefined) endings.set(one, 'wait');
      else {
        const { part, index } = newestPartOf({ job: one.job_id, askers: [one.asker] }, parts);
        // By its age, as everything that the ledger knows of the job.
        const intent = { ...one.asker.intent, intent_id: ageBeside(found.record, one.asker) };
        const late = { part: part.key, intent, askedBy: part.asked.get(index) };
        const ending = endingOf(late, found.record, found.holder, now());
        if (ending === 'look') doubtful.push(inDoubt(one, part, found.record?.claim.at ?? 0));
        else endings.set(one, ending);
      }
    }
    return { endings, doubtful };
  };

  return async (overdue: readonly Settled[]): Promise<ReadonlyMap<Settled, Ending>> => {
    const { endings, doubtful } = await sift(overdue);
    const sightings = await lookAtAll(doubtful, lookAt);
    const graceEnds = new Date(now() - graceMs).toISOString();
    for (const one of doubtful) {
      const sighting = sightings.get(one);
      if (sighting?.status === UNASKED) one.part.outOfTime = true;
      const effect = sighting && one.operation.effectOf(sighting, one.since);
      const ending = BY_EFFECT[effect ?? 'pending'];
      const isGivenUp = ending === 'wait' && isOverdue(one.overdue.asker, graceEnds);
      endings.set(one.overdue, isGivenUp ? 'expired' : ending);
    }
    return endings;
  };
};

const inDoubt = (overdue: Settled, part: Part, since: number): Doubtful => {
  const { project_id } = part.intent;
  const carrier = { job: overdue.job_id };
  return { overdue, part, operation: operationOf(part.intent), project_id, carrier, since };
};

const keyOf = ({ job_id, asker: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

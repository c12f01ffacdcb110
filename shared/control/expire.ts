import { type Ending, endingOf, type Overdue } from '../core/ending.ts';
import { operationOf } from '../core/intent.ts';
import { jobKeyOf } from '../core/job-record.ts';
import { UNASKED, UNTOLD } from '../core/operation.ts';
import type { Settled } from '../core/plan.ts';
import { type Book, isForeign } from './book.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';
import type { Part } from './part.ts';

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
    const records = await book.jobs(overdue.map(keyOf));
    const claims = [...(records?.values() ?? [])].flatMap(({ record }) => record?.claim.part ?? []);
    const holders = records && (await book.parts(claims));
    for (const one of overdue) {
      const seen = records?.get(keyOf(one));
      const holding = seen?.record && holders?.get(seen.record.claim.part);
      if (holders === undefined || isForeign(seen) || isForeign(holding)) endings.set(one, 'wait');
      else if (seen?.record === undefined) endings.set(one, 'expired');
      else {
        const ending = endingOf(overdueIn(parts, one), seen.record, holding?.record, now());
        if (ending === 'look') doubtful.push(inDoubt(one, seen.record.claim.at));
        else endings.set(one, ending);
      }
    }
    return { endings, doubtful };
  };

  return async (overdue: readonly Settled[]): Promise<ReadonlyMap<Settled, Ending>> => {
    const { endings, doubtful } = await sift(overdue);
    const sightings = await lookAtAll(doubtful, lookAt);
    for (const one of doubtful) {
      const sighting = sightings.get(one) ?? { status: UNTOLD };
      const part = parts.get(one.overdue.asker.part);
      if (part !== undefined && sighting.status === UNASKED) part.outOfTime = true;
      const ending = BY_EFFECT[one.operation.effectOf(sighting, one.since)];
      const isOver = now() >= deadlineOf(one.overdue) + graceMs;
      endings.set(one.overdue, ending === 'wait' && isOver ? 'expired' : ending);
    }
    return endings;
  };
};

const overdueIn = (
  parts: ReadonlyMap<string, Part>,
  { job_id, asker: { part, intent } }: Settled,
): Overdue => {
  const asking = parts.get(part);
  return { part, intent, askedBy: asking?.asked.get(asking.places.get(job_id) ?? -1) };
};

const inDoubt = (overdue: Settled, since: number): Doubtful => {
  const { intent } = overdue.asker;
  const { project_id } = intent;
  const carrier = { job: overdue.job_id };
  return { overdue, operation: operationOf(intent), project_id, carrier, since };
};

const keyOf = ({ job_id, asker: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

const deadlineOf = ({ asker: { intent } }: Settled): number => Date.parse(intent.expires_at ?? '');

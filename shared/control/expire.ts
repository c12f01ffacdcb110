import { operationOf } from '../core/intent.ts';
import { type JobRecord, jobKeyOf, standingOf } from '../core/job-record.ts';
import { UNASKED, UNTOLD } from '../core/operation.ts';
import { type PartState, readAsker } from '../core/part-record.ts';
import type { Settled } from '../core/plan.ts';
import { type Book, isForeign } from './book.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';
import type { Part } from './part.ts';

/** How a job ends whose deadline has passed. `wait`: what became of its request is yet to be seen. */
export type Ending = 'expired' | 'observed' | 'wait';

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
      else {
        const ending = seen?.record ? endingBy(one, seen.record, holding?.record) : 'expired';
        if (ending === 'look') doubtful.push(inDoubt(one, seen?.record?.claim.at ?? 0));
        else endings.set(one, ending);
      }
    }
    return { endings, doubtful };
  };

  /** By the last claim on the job, if it was made for this one too; by what was seen since, if this one was asked for. */
  const endingBy = (
    { job_id, asker }: Settled,
    { claim, operation, newest }: JobRecord,
    holder: PartState | undefined,
  ): Ending | 'look' => {
    // What the record does not know of would be followed by older ones if it was told to have been served.
    if (newest < asker.intent.intent_id) return 'expired';
    const part = parts.get(asker.part);
    const name = part?.asked.get(part.places.get(job_id) ?? -1);
    const own = name === undefined ? undefined : readAsker(name);
    const isClaimed = claim.part === asker.part || own?.invocation === claim.invocation;
    const mayBeServed = own?.mayBeServed === true && operation === asker.intent.operation;
    const standing = standingOf(claim, holder, now());
    if (standing.kind === 'settled') {
      const { outcome, evidence } = standing.verdict;
      const isSeen = isClaimed || (mayBeServed && evidence === 'observed');
      return isSeen && outcome === 'delivered' ? 'observed' : 'expired';
    }
    if (!isClaimed || standing.kind === 'released') return 'expired';
    return standing.kind === 'live' ? 'wait' : 'look';
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

const inDoubt = (overdue: Settled, since: number): Doubtful => {
  const { intent } = overdue.asker;
  const { project_id } = intent;
  const carrier = { job: overdue.job_id };
  return { overdue, operation: operationOf(intent), project_id, carrier, since };
};

const keyOf = ({ job_id, asker: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

const deadlineOf = ({ asker: { intent } }: Settled): number => Date.parse(intent.expires_at ?? '');

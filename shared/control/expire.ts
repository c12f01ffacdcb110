import { operationOf } from '../core/intent.ts';
import { jobKeyOf, standingOf } from '../core/job-record.ts';
import { UNASKED } from '../core/operation.ts';
import type { Settled } from '../core/plan.ts';
import { type Book, isForeign } from './book.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';

/** How a job ends whose deadline has passed. `wait`: what became of its request is yet to be seen. */
export type Ending = 'expired' | 'observed' | 'wait';

export interface ExpireOptions {
  readonly book: Book;
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** How long after a deadline it is still tried to see what became of a request, in milliseconds. */
  readonly graceMs: number;
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
export const makeExpire = ({ book, lookAt, now, graceMs }: ExpireOptions) => {
  /** The jobs by what the ledger knows: those that somebody has to look at, and how the others end. */
  const sift = async (overdue: readonly Settled[]) => {
    const endings = new Map<Settled, Ending>();
    const doubtful: Doubtful[] = [];
    const records = await book.jobs(overdue.map(keyOf));
    const claims = [...(records?.values() ?? [])].flatMap(({ record }) => record?.claim.part ?? []);
    const holders = records && (await book.parts(claims));
    for (const one of overdue) {
      const { intent, part } = one.asker;
      const seen = records?.get(keyOf(one));
      const claim = seen?.record?.claim;
      const holding = claim && holders?.get(claim.part);
      const isOwn = claim?.part === part && seen?.record?.newest === intent.intent_id;
      if (holders === undefined || isForeign(seen) || isForeign(holding)) endings.set(one, 'wait');
      else {
        const standing = isOwn ? standingOf(claim, holding?.record, now()).kind : 'released';
        if (standing === 'live') endings.set(one, 'wait');
        else if (standing === 'unclear' && isOwn)
          doubtful.push({
            overdue: one,
            operation: operationOf(intent),
            project_id: intent.project_id,
            carrier: { job: one.job_id },
            since: claim.at,
          });
        else endings.set(one, 'expired');
      }
    }
    return { endings, doubtful };
  };

  return async (overdue: readonly Settled[]): Promise<ReadonlyMap<Settled, Ending>> => {
    const { endings, doubtful } = await sift(overdue);
    const sightings = await lookAtAll(doubtful, lookAt);
    for (const one of doubtful) {
      const sighting = sightings.get(one) ?? { status: UNASKED };
      endings.set(one.overdue, BY_EFFECT[one.operation.effectOf(sighting, one.since)]);
    }
    for (const [one, ending] of endings)
      if (ending === 'wait' && now() >= deadlineOf(one) + graceMs) endings.set(one, 'expired');
    return endings;
  };
};

const keyOf = ({ job_id, asker: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

const deadlineOf = ({ asker: { intent } }: Settled): number => Date.parse(intent.expires_at ?? '');

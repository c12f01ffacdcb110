import { operationOf } from '../intent/intent.ts';
import { isOverdue, type Settled } from '../intent/plan.ts';
import { decideExpiry, type ExpiryDecision, type LookFirst } from '../ledger/decide-expiry.ts';
import { type Claim, jobKeyOf } from '../ledger/job-record.ts';
import type { Records } from '../ledger/records.ts';
import type { Job, JobId } from '../operations/operation.ts';
import type { Sighting } from '../operations/sighting.ts';
import { newestIntentOf } from './claim.ts';
import { ageBeside } from './decide.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';
import type { OpenIntent } from './open-intent.ts';
import { readKnown } from './read-known.ts';

export interface ExpireOptions {
  readonly records: Records;
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** How long after a deadline it is still tried to see what became of a request, where the ledger knows of one; in milliseconds. */
  readonly graceMs: number;
  readonly openIntents: ReadonlyMap<string, OpenIntent>;
}

interface Doubtful extends InDoubt {
  readonly overdue: Settled;
  readonly openIntent: OpenIntent;
  readonly since: number;
  /** A look counts from then on, in milliseconds since 1970: statuses before may be older than what was done before. */
  readonly clearFrom: number;
  /** Only from then on it can tell that the request had no effect. */
  readonly noneFrom: number;
}

/** What a look at `seenAt` tells of a job whose deadline has passed. */
const decideExpiryByLook = (
  { operation, carrier, since, clearFrom, noneFrom }: Doubtful,
  sighting: Sighting | undefined,
  seenAt: number,
): ExpiryDecision => {
  if (sighting === undefined || seenAt < clearFrom) return 'wait';
  const isPast = seenAt >= noneFrom;
  switch (operation.effectOf(sighting, since, carrier.job)) {
    case 'taken':
      return 'observed';
    case 'earlier':
      return isPast ? 'observed' : 'wait';
    case 'none':
      return isPast ? 'expired' : 'wait';
    case 'pending':
      return 'wait';
  }
};

/**
 * Tells how jobs end whose deadline has passed. Law: none of them is called; and one whose request may have been served
 * is looked at first, for a while, so that no result says `expired` of a job that runs.
 */
export const makeExpire = ({ records, lookAt, now, graceMs, openIntents }: ExpireOptions) => {
  /** The jobs by what the ledger knows: those that need a look, and how the others end. */
  const sift = async (overdue: readonly Settled[]) => {
    const endings = new Map<Settled, ExpiryDecision>();
    const doubtful: Doubtful[] = [];
    const known = await readKnown(records, overdue.map(keyOf));
    for (const one of overdue) {
      const found = known.get(keyOf(one));
      if (found === undefined) endings.set(one, 'wait');
      else {
        const { openIntent, index } = newestIntentOf(
          { job: one.job_id, wishedBy: [one.wishedBy] },
          openIntents,
        );
        // By its age, as everything that the ledger knows of the job.
        const intent = { ...one.wishedBy.intent, intent_id: ageBeside(found.record, one.wishedBy) };
        const late = { part: openIntent.key, intent, askedBy: openIntent.asked.get(index) };
        const ending = decideExpiry(late, found.record, found.holder, now());
        if (typeof ending === 'string') endings.set(one, ending);
        else doubtful.push(inDoubt(one, openIntent, found.record?.claim, ending));
      }
    }
    return { endings, doubtful };
  };

  return async (overdue: readonly Settled[]): Promise<ReadonlyMap<Settled, ExpiryDecision>> => {
    const { endings, doubtful } = await sift(overdue);
    const seenAt = now();
    const sightings = await lookAtAll(doubtful, lookAt);
    const graceEnds = new Date(now() - graceMs).toISOString();
    for (const one of doubtful) {
      const sighting = sightings.get(one);
      if (sighting?.kind === 'unasked') one.openIntent.outOfTime = true;
      const ending = decideExpiryByLook(one, sighting, seenAt);
      const isGivenUp = ending === 'wait' && isOverdue(one.overdue.wishedBy, graceEnds);
      endings.set(one.overdue, isGivenUp ? 'expired' : ending);
    }
    return endings;
  };
};

const inDoubt = (
  overdue: Settled,
  openIntent: OpenIntent,
  claim: Claim | undefined,
  { noneFrom }: LookFirst,
): Doubtful => ({
  overdue,
  openIntent,
  operation: operationOf(openIntent.intent),
  project_id: openIntent.intent.project_id,
  carrier: { job: jobIn(openIntent, overdue.job_id) },
  since: claim?.at ?? 0,
  clearFrom: claim?.clearFrom ?? 0,
  noneFrom,
});

/** As the intent lists it, with what it asks for that job. */
const jobIn = ({ intent, places }: OpenIntent, job: JobId): Job =>
  intent.jobs[places.get(job) ?? -1] ?? job;

const keyOf = ({ job_id, wishedBy: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

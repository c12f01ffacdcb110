import { operationOf } from '../intent/intent.ts';
import { isOverdue } from '../intent/plan.ts';
import { decideExpiry, type ExpiryDecision } from '../ledger/decide-expiry.ts';
import { jobKeyOf } from '../ledger/job-record.ts';
import type { Records } from '../ledger/records.ts';
import type { Sighting } from '../operations/sighting.ts';
import { recordedAge } from './decide-by-ledger.ts';
import { type InDoubt, type LookAt, lookAtAll } from './look.ts';
import type { Settled } from './planned.ts';
import { type KnownJob, readKnown } from './read-known.ts';
import { type EarlierRequest, whatLookTells, whatRowTells } from './what-look-tells.ts';

export interface ExpireOptions {
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** For so many milliseconds after a deadline the control loop still looks for what became of a request. */
  readonly graceMs: number;
}

/** An overdue job whose request may have been served: a look decides. */
export interface Doubtful extends InDoubt, EarlierRequest {
  readonly overdue: Settled;
}

/** How overdue jobs end, by what the ledger knows. */
export interface ExpiredByLedger {
  readonly decisions: ReadonlyMap<Settled, ExpiryDecision>;
  /** Those that a look decides. */
  readonly inDoubt: readonly Doubtful[];
}

/**
 * Tells how jobs end whose deadline has passed. Laws: none of them is called. If the request for a job may have been served,
 * a look comes first, for a while: so no result says `expired` of a job that runs.
 */
export const expireByLedger = async (
  overdue: readonly Settled[],
  { records, now }: { readonly records: Records; readonly now: () => number },
): Promise<ExpiredByLedger> => {
  const decisions = new Map<Settled, ExpiryDecision>();
  const inDoubt: Doubtful[] = [];
  const known = await readKnown(records, overdue.map(keyOf));
  for (const one of overdue) {
    const found = known.get(keyOf(one));
    const decision = found === undefined ? 'wait' : byLedger(one, found, now());
    if (typeof decision === 'string') decisions.set(one, decision);
    else inDoubt.push(decision);
  }
  return { decisions, inDoubt };
};

/** Looks at the jobs in doubt, and tells how they end. */
export const expireByLooks = async (
  inDoubt: readonly Doubtful[],
  { lookAt, now, graceMs }: ExpireOptions,
): Promise<ReadonlyMap<Settled, ExpiryDecision>> => {
  const seenAt = now();
  const sightings = await lookAtAll(inDoubt, lookAt, (one) => whatRowTells(one, seenAt));
  const graceEnds = new Date(now() - graceMs).toISOString();
  return new Map(
    inDoubt.map((one) => {
      const sighting = sightings.get(one);
      if (sighting?.kind === 'unasked') one.overdue.wishedBy.from.wait({ why: 'no time' });
      const decision = byLook(one, sighting, seenAt);
      const isGivenUp = decision === 'wait' && isOverdue(one.overdue.wishedBy, graceEnds);
      return [one.overdue, isGivenUp ? 'expired' : decision] as const;
    }),
  );
};

const keyOf = ({ job_id, wishedBy: { intent } }: Settled): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job_id);

/** What the ledger decides, or a job that needs a look. */
const byLedger = (
  overdue: Settled,
  { record, holder }: KnownJob,
  now: number,
): ExpiryDecision | Doubtful => {
  const { job_id, wishedBy } = overdue;
  const { from } = wishedBy;
  const index = from.placeOf(job_id);
  // By its age, as everything that the ledger knows of the job.
  const intent = { ...wishedBy.intent, intent_id: recordedAge(record, wishedBy) };
  const late = { block: from.key, intent, lastRequest: from.record.requests.get(index) };
  const decision = decideExpiry(late, record, holder, now);
  if (typeof decision === 'string') return decision;
  return {
    overdue,
    operation: operationOf(from.intent),
    project_id: from.intent.project_id,
    // With what the intent asks for that job.
    carrier: { job: from.intent.jobs[index] ?? job_id },
    since: record?.claim.at ?? 0,
    clearFrom: record?.claim.clearFrom ?? 0,
    noneFrom: decision.noneFrom,
  };
};

/** What a look decides that was sent at `seenAt`. */
const byLook = (one: Doubtful, sighting: Sighting | undefined, seenAt: number): ExpiryDecision => {
  switch (whatLookTells(one, sighting, seenAt)) {
    case 'served':
      return 'observed';
    case 'not served':
      return 'expired';
    case 'nothing':
      return 'wait';
  }
};

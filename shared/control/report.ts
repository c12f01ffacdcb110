import { jobIdOf, type Operation, type Sighting, UNASKED, UNTOLD } from '../core/operation.ts';
import type { Verdict } from '../core/outcome.ts';
import type { Sealed } from '../core/part-record.ts';
import type { Asked, Carrier } from '../core/plan.ts';
import type { Attempt } from './carry-out.ts';
import type { LookAt } from './look.ts';
import { noteAsked, noteLease, type Part, settle } from './part.ts';
import { partsAsking } from './progress.ts';

export interface ReportOptions {
  readonly parts: ReadonlyMap<string, Part>;
  readonly invocation: string;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  readonly lookAt: LookAt;
}

/** Lays what an attempt says of its jobs down in the parts of those who asked. */
export const makeReport =
  ({ parts, invocation, leaseMs, lookAt }: ReportOptions) =>
  async (attempt: Attempt): Promise<void> => {
    for (const [carrier, verdict] of await reconsider(attempt, lookAt))
      if (verdict.kind === 'unanswered') leaveOpen(carrier, attempt, verdict.served !== 'no');
      else settleAskers(parts, carrier, sealedOf(verdict, attempt));

    function leaveOpen(
      carrier: Carrier,
      { isHeld, isClaimed, suspects, timing, retryAfter = 0 }: Attempt,
      mayBeServed: boolean,
    ): void {
      const job = jobIdOf(carrier.job);
      for (const asking of partsAsking(parts, [carrier])) {
        // What is not claimed is not this invocation's to tell of: the record keeps what it says.
        if (isClaimed) noteAsked(asking, job, { invocation, mayBeServed, suspects });
        asking.pause = Math.max(asking.pause, retryAfter);
        if (mayBeServed) noteLease(asking, job, timing.calledAt + leaseMs);
        if (isHeld) asking.outOfTime = true;
        else asking.tried = true;
      }
    }
  };

/** One verdict for all who ask for a job. */
export const settleAskers = (
  parts: ReadonlyMap<string, Part>,
  asked: Asked,
  sealed: Sealed,
): void => {
  for (const part of partsAsking(parts, [asked])) settle(part, jobIdOf(asked.job), sealed);
};

const sealedOf = (
  verdict: Exclude<Verdict, { kind: 'unanswered' }>,
  { info: call, timing: { calledAt, settledAt } }: Attempt,
): Sealed =>
  verdict.kind === 'delivered'
    ? { outcome: 'delivered', evidence: verdict.evidence, call, calledAt, settledAt }
    : {
        outcome: 'rejected',
        evidence: verdict.evidence,
        error: verdict.error,
        call,
        calledAt,
        settledAt,
      };

/**
 * A job may be refused because it is where it was wished to be already, and a reply that is no verdict may have come
 * after the deed: a look tells. What it does not tell stays as the reply had it.
 */
const reconsider = async (
  { call: { operation, project_id }, verdicts, timing }: Attempt,
  lookAt: LookAt,
): Promise<Attempt['verdicts']> => {
  const doubtful = verdicts.filter(([, verdict]) => isDoubtful(verdict));
  if (doubtful.length === 0) return verdicts;
  const jobs = doubtful.map(([{ job }]) => jobIdOf(job));
  const sightings = await lookAt(operation, project_id, jobs);
  return verdicts.map(([carrier, verdict]) => {
    if (!isDoubtful(verdict)) return [carrier, verdict];
    const sighting = sightings.get(jobIdOf(carrier.job));
    return [carrier, reconsidered(verdict, operation, timing.calledAt, sighting)];
  });
};

const isDoubtful = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected'
    ? verdict.doubtful
    : verdict.kind === 'unanswered' && verdict.served === 'maybe';

/**
 * What was refused was not served, so only the wished state counts; a refusal that could not be looked into comes back,
 * and where the upstream does not tell, it stands. What went unanswered may show late: a look can tell that it was
 * served, and nobody yet that it was not.
 */
const reconsidered = (
  verdict: Verdict,
  operation: Operation,
  since: number,
  sighting: Sighting = { status: UNASKED },
): Verdict => {
  const effect = operation.effectOf(sighting, since);
  if (verdict.kind !== 'rejected') return effect === 'taken' ? OBSERVED : verdict;
  if (operation.isThere(sighting.status)) return OBSERVED;
  return effect === 'pending' && sighting.status !== UNTOLD ? UNSERVED : verdict;
};

const OBSERVED: Verdict = { kind: 'delivered', evidence: 'observed' };

const UNSERVED: Verdict = {
  kind: 'unanswered',
  served: 'no',
  reason: 'refused, and no look tells why',
};

import {
  type JobId,
  jobIdOf,
  type Operation,
  type Sighting,
  UNASKED,
  UNTOLD,
} from '../core/operation.ts';
import type { Verdict } from '../core/outcome.ts';
import type { Sealed } from '../core/part-record.ts';
import type { Carrier } from '../core/plan.ts';
import type { Attempt } from './carry-out.ts';
import type { LookAt } from './look.ts';
import { noteAsked, noteLease, type Part, settle } from './part.ts';

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
    const verdicts = await reconsider(attempt, lookAt);
    attempt.call.carriers.forEach((carrier, i) => {
      const verdict = verdicts[i];
      if (verdict === undefined || verdict.kind === 'unanswered') {
        leaveOpen(carrier, attempt, verdict);
      } else {
        settleAskers(parts, carrier, sealedOf(verdict, attempt));
      }
    });

    function leaveOpen(
      carrier: Carrier,
      { isHeld, suspects, timing, retryAfter = 0 }: Attempt,
      verdict: Verdict | undefined,
    ): void {
      const job = jobIdOf(carrier.job);
      const mayBeServed = verdict?.kind !== 'unanswered' || verdict.served !== 'no';
      for (const { part: key } of carrier.askers) {
        const asking = parts.get(key);
        if (asking === undefined) continue;
        noteAsked(asking, job, { invocation, mayBeServed, suspects });
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
  { job, askers }: Carrier,
  sealed: Sealed,
): void => {
  for (const { part: key } of askers) {
    const part = parts.get(key);
    if (part !== undefined) settle(part, jobIdOf(job), sealed);
  }
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
  { call: { operation, project_id, carriers }, verdicts, timing }: Attempt,
  lookAt: LookAt,
): Promise<readonly Verdict[]> => {
  const jobs = carriers.map(({ job }) => jobIdOf(job));
  const doubtful = jobs.filter((_, i) => isDoubtful(verdicts[i]));
  if (doubtful.length === 0) return verdicts;
  const sightings = await lookAt(operation, project_id, doubtful);
  return verdicts.map((verdict, i) => {
    const sighting = sightings.get(jobs[i] ?? ('' as JobId));
    return isDoubtful(verdict)
      ? reconsidered(verdict, operation, sighting, timing.calledAt)
      : verdict;
  });
};

const isDoubtful = (verdict: Verdict | undefined): boolean =>
  (verdict?.kind === 'rejected' && verdict.doubtful) ||
  (verdict?.kind === 'unanswered' && verdict.served === 'maybe');

/**
 * What was refused was not served, so only the wished state counts; a refusal that could not be looked into comes back,
 * and where the upstream does not tell, it stands. What went unanswered may show late: a look can tell that it was
 * served, and nobody yet that it was not.
 */
const reconsidered = (
  verdict: Verdict,
  operation: Operation,
  sighting: Sighting | undefined,
  since: number,
): Verdict => {
  if (sighting?.status === UNTOLD) return verdict;
  const isSeen = sighting !== undefined && sighting.status !== UNASKED;
  if (verdict.kind !== 'rejected')
    return isSeen && operation.effectOf(sighting, since) === 'taken' ? OBSERVED : verdict;
  if (!isSeen) return unserved('refused, and no look tells why');
  if (operation.isThere(sighting.status)) return OBSERVED;
  const isOnItsWay = operation.effectOf(sighting, since) === 'pending';
  return isOnItsWay ? unserved(`refused at status ${sighting.status}`) : verdict;
};

const OBSERVED: Verdict = { kind: 'delivered', evidence: 'observed' };

const unserved = (reason: string): Verdict => ({ kind: 'unanswered', served: 'no', reason });

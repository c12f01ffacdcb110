import { type Job, type JobId, jobIdOf, type Operation } from '../operations/operation.ts';
import { type Sighting, UNASKED } from '../operations/sighting.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { Attempt } from './attempt.ts';
import type { LookAt } from './look.ts';
import type { Carrier } from './planned.ts';

export interface ReconsiderOptions {
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** Milliseconds since 1970: a status that is shown before may be older than what the request before did to the job. */
  readonly clearFrom: (carrier: Carrier) => number;
  /** Whether it is looked at once after a request without any reply: only where the record tells when that ended. */
  readonly recordsEnds: boolean;
}

/** Of a request that was left without any reply so many jobs are looked at first: most often it was served whole or not at all. */
const SAMPLE = 3;

/**
 * The verdicts of an attempt, in its order, after a look at the jobs that its reply leaves in doubt. A job may be refused
 * because it is where it was wished to be already, and what was left without a verdict may have been served. What a look
 * does not tell stays as the reply had it.
 */
export const reconsider = async (
  attempt: Attempt,
  { lookAt, now, clearFrom, recordsEnds }: ReconsiderOptions,
): Promise<readonly Verdict[]> => {
  const { operation, project_id } = attempt.call;
  const since = attempt.timing.calledAt;
  const seenAt = now();
  const look = (some: readonly Attempt['verdicts'][number][]) => {
    const jobs = some.map(([{ job }]) => jobIdOf(job));
    return jobs.length === 0 ? new Map<JobId, Sighting>() : lookAt(operation, project_id, jobs);
  };

  const unclear = attempt.verdicts.filter(([, verdict]) => isUnclear(verdict));
  const silent = attempt.verdicts.filter(([, verdict]) => recordsEnds && isSilent(verdict));
  const size = Math.max(SAMPLE, operation.look.maxJobs);
  const first = await look([...unclear, ...silent.slice(0, size)]);
  const isServed = attempt.verdicts.some(([{ job }]) => {
    const seen = first.get(jobIdOf(job));
    return seen !== undefined && operation.effectOf(seen, since, job) === 'taken';
  });
  const rest = isServed ? await look(silent.slice(size)) : [];
  const sightings = new Map<JobId, Sighting>([...first, ...rest]);

  return attempt.verdicts.map(([carrier, verdict]) => {
    const sighting = sightings.get(jobIdOf(carrier.job));
    const isClear = seenAt >= clearFrom(carrier);
    if (isSilent(verdict) && sighting === undefined) return verdict;
    return isUnclear(verdict) || isSilent(verdict)
      ? reconsidered(verdict, { operation, job: carrier.job, since }, isClear, sighting)
      : verdict;
  });
};

/** Whether the reply came after the deed, if that was done: a look may tell at once of each job. */
const isUnclear = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected'
    ? verdict.doubtful
    : verdict.kind === 'unanswered' && verdict.served === 'maybe';

/** Whether there was no reply, or one from before the deed. */
const isSilent = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served === 'maybe yet';

interface Effect {
  readonly operation: Operation;
  readonly job: Job;
  readonly since: number;
}

/**
 * What was refused was not served, so only the wished state counts; a refusal that could not be looked into comes back,
 * and where the upstream does not tell, it stands. What went unanswered may show late: a look can tell that it was
 * served, and not yet that it was not. A status that may be older than what was done to the job before tells nothing.
 */
const reconsidered = (
  verdict: Verdict,
  { operation, job, since }: Effect,
  isClear: boolean,
  sighting: Sighting = UNASKED,
): Verdict => {
  const effect = operation.effectOf(sighting, since, job);
  if (verdict.kind !== 'rejected') return effect === 'taken' && isClear ? OBSERVED : verdict;
  if (!isClear) return unserved(verdict.error.code);
  if (operation.isThere(sighting, job)) return OBSERVED;
  return effect === 'pending' && sighting.kind !== 'untold'
    ? unserved(verdict.error.code)
    : verdict;
};

const OBSERVED: Verdict = { kind: 'delivered', evidence: 'observed' };

const unserved = (code: string): Verdict => ({
  kind: 'unanswered',
  served: 'no',
  reason: `refused with ${code}, and no look tells why`,
});

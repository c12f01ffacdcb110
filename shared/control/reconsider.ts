import { type Job, type JobId, jobIdOf, type Operation } from '../operations/operation.ts';
import { type Sighting, UNASKED } from '../operations/sighting.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { Attempt } from './attempt.ts';
import type { LookAt } from './look.ts';
import type { Carrier } from './planned.ts';
import { whatRowTells } from './what-look-tells.ts';

export interface ReconsiderOptions {
  readonly lookAt: LookAt;
  readonly now: () => number;
  /** A look counts from then on, in milliseconds since 1970. Statuses before may not show the request before. */
  readonly clearFrom: (carrier: Carrier) => number;
  /** Whether to look at once after a request without any reply. Only if records tell when a request ended. */
  readonly recordsEnds: boolean;
}

/** After a request without any reply, so many jobs are looked at first. Mostly it was served whole, or not at all. */
const SAMPLE = 3;

/**
 * The verdicts of an attempt, in its order, after a look at the jobs that its reply leaves in doubt. A job that was refused
 * may be in the wished state already. A job without a verdict may have been served. What a look does not tell stays as the
 * reply had it.
 */
export const reconsider = async (
  attempt: Attempt,
  options: ReconsiderOptions,
): Promise<readonly Verdict[]> => {
  const { now, clearFrom, recordsEnds } = options;
  const { operation } = attempt.call;
  const since = attempt.timing.calledAt;
  const seenAt = now();
  const look = (some: Attempt['verdicts']) => lookAtSome(attempt, some, options, seenAt);

  const doubtful = attempt.verdicts.filter(([, verdict]) => isDoubtful(verdict));
  const silent = attempt.verdicts.filter(([, verdict]) => recordsEnds && isSilent(verdict));
  const size = Math.max(SAMPLE, operation.look.maxJobs);
  const first = await look([...doubtful, ...silent.slice(0, size)]);
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
    return isDoubtful(verdict) || isSilent(verdict)
      ? reconsidered(verdict, { operation, job: carrier.job, since }, isClear, sighting)
      : verdict;
  });
};

/**
 * Looks at jobs of an attempt. A row of the service's list may settle one without a verdict. Of one that was refused only the
 * wanted state counts, and a look tells it.
 */
const lookAtSome = async (
  { call: { operation, project_id }, timing: { calledAt: since } }: Attempt,
  some: Attempt['verdicts'],
  { lookAt, clearFrom }: ReconsiderOptions,
  seenAt: number,
): Promise<ReadonlyMap<JobId, Sighting>> => {
  if (some.length === 0) return new Map();
  const jobs = some.map(([{ job }]) => jobIdOf(job));
  const byRow = some.flatMap(([carrier, { kind }]) => {
    const request = { operation, carrier, since, clearFrom: clearFrom(carrier) };
    const settles = kind === 'unanswered' ? whatRowTells(request, seenAt) : undefined;
    return settles === undefined ? [] : [[jobIdOf(carrier.job), settles] as const];
  });
  return lookAt(operation, project_id, jobs, new Map(byRow));
};

/** Whether the service had done what it does when it replied. Then a look may tell of each job at once. */
const isDoubtful = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected'
    ? verdict.doubtful
    : verdict.kind === 'unanswered' && verdict.served === 'maybe';

/** Whether there was no reply, or the service may act after it. */
const isSilent = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served === 'maybe yet';

interface RequestForJob {
  readonly operation: Operation;
  readonly job: Job;
  readonly since: number;
}

/**
 * A job that was refused was not served: only the wished state counts. If the look brought nothing, the job comes back. If
 * the upstream does not tell its status, the refusal stands. A request without an answer may show late: a look can tell that
 * it was served, and not yet that it was not. A status that may not show the request before tells nothing.
 */
const reconsidered = (
  verdict: Verdict,
  { operation, job, since }: RequestForJob,
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

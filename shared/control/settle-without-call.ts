import { timeOf } from '../intent/intent.ts';
import type { VerdictInfo } from '../intent/result.ts';
import type { RecordedVerdict } from '../ledger/block-record.ts';
import type { ExpiryDecision } from '../ledger/decide-expiry.ts';
import { type JobId, jobIdOf } from '../operations/operation.ts';
import type { Refusal } from '../reply/verdict.ts';
import { intentsWanting, type Queued, type Settled, type WantedJob } from './planned.ts';

/** A look showed the wished state. */
export const OBSERVED: VerdictInfo = { outcome: 'delivered', evidence: 'observed' };

/** A run has waited in vain for the stop that it names. */
const UNMET: VerdictInfo = {
  outcome: 'expired',
  error: {
    code: 'not-begun',
    message:
      'The stop that this intent names as `after` did not begin for this job before the deadline',
  },
};

/** Its deadline was over when it came: an event that was late, or was replayed. */
const tooOld = ({ intent: { intent_id } }: Queued): Refusal => ({
  code: 'too-old',
  message: `The event is of ${new Date(timeOf(intent_id)).toISOString().slice(0, -'.000Z'.length)}Z: its deadline had passed when it arrived`,
});

const cameLate = ({ intent: { accepted_at, expires_at } }: Queued): boolean =>
  expires_at !== undefined && expires_at <= accepted_at;

/** The error of a run whose stop was delivered, and did not stop the job. */
const notStopped = (message: string) => ({ code: 'not-stopped', message });

/** No look had shown by the run's deadline that the stop was over. */
const UNSTOPPED: VerdictInfo = {
  outcome: 'expired',
  error: notStopped(
    'The stop before it was delivered, but no look before the deadline showed that the job had stopped',
  ),
};

/** The job runs on, or its stop has failed. */
export const NOT_STOPPED: VerdictInfo = {
  outcome: 'rejected',
  evidence: 'observed',
  error: notStopped('The stop before it was delivered, but it did not stop the job'),
};

const VERDICTS = { observed: OBSERVED, unmet: UNMET, unstopped: UNSTOPPED } as const;

/**
 * The verdict on a job whose deadline has passed. It says why there was no other: how every request there is refused, or
 * else why the last request for the job was in vain.
 */
const expiredOf = (wish: Queued, job: JobId, refusal: string | undefined): VerdictInfo => {
  if (cameLate(wish)) return { outcome: 'expired', error: tooOld(wish) };
  const { places, record } = wish.from;
  const index = places.get(job);
  const isAsked = index !== undefined && record.requests.has(index);
  const message = refusal ?? (isAsked ? record.reason : undefined);
  return {
    outcome: 'expired',
    ...(message !== undefined && { error: { code: 'unanswered', message } }),
  };
};

/** The verdict on the jobs of a project without a credential. */
const UNSERVABLE: VerdictInfo = {
  outcome: 'rejected',
  error: {
    code: 'no-credential',
    message: 'There is no credential for this project: add one to the upstream’s secret',
  },
};

/** Gives every intent that wants a job the same verdict. */
export const settleWanted = (wanted: WantedJob, verdict: RecordedVerdict): void => {
  for (const openIntent of intentsWanting([wanted]))
    openIntent.settle(jobIdOf(wanted.job), verdict);
};

/** Gives a verdict that no call of this invocation brought. `at`: milliseconds since 1970. */
export const settleWithoutCall = (wanted: WantedJob, verdict: VerdictInfo, at: number): void =>
  settleWanted(wanted, { ...verdict, calledAt: at, settledAt: at });

/** Gives the newest intent that wants a job the verdict that it has already. The older intents get none. */
export const settleNewest = ({ job, wishedBy }: WantedJob, verdict: RecordedVerdict): void =>
  settleWanted({ job, wishedBy: wishedBy.slice(-1) }, verdict);

export const rejectUnservable = (wanted: WantedJob, at: number): void =>
  settleWithoutCall(wanted, UNSERVABLE, at);

/** Gives the verdict that the plan tells, unless it waits. `refusal`: the last refusal there, in a short line. */
export const settleByPlan = (
  { job_id: job, wishedBy, ...verdict }: Settled,
  decision: ExpiryDecision | undefined,
  at: number,
  refusal?: string,
): void => {
  if (decision === 'wait') return;
  // If looks are refused too, no look can show whether the stop is over.
  const isPlain = decision === 'expired' || (decision === 'unstopped' && refusal !== undefined);
  const told = isPlain
    ? expiredOf(wishedBy, job, refusal)
    : decision === undefined
      ? verdict
      : VERDICTS[decision];
  settleWithoutCall({ job, wishedBy: [wishedBy] }, told, at);
};

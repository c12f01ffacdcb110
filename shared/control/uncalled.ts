import { timeOf } from '../intent/intent.ts';
import type { Queued, Settled, WantedJob } from '../intent/plan.ts';
import type { VerdictInfo } from '../intent/result.ts';
import type { RecordedVerdict } from '../ledger/block-record.ts';
import type { ExpiryDecision } from '../ledger/decide-expiry.ts';
import type { JobId } from '../operations/operation.ts';
import type { Refusal } from '../reply/verdict.ts';
import type { OpenIntent } from './open-intent.ts';
import { settleAskers } from './settle-attempt.ts';

type OpenIntents = ReadonlyMap<string, OpenIntent>;

/** A look showed the wished state. */
export const OBSERVED: VerdictInfo = { outcome: 'delivered', evidence: 'observed' };

/** A run has waited in vain for the stop that it names. */
const UNMET: VerdictInfo = {
  outcome: 'expired',
  error: {
    code: 'not-begun',
    message: 'The intent that it was to follow had not been begun for this job',
  },
};

/** Its deadline was over when it came: an event that was late, or was replayed. */
const tooOld = ({ intent: { intent_id } }: Queued): Refusal => ({
  code: 'too-old',
  message: `The event is of ${new Date(timeOf(intent_id)).toISOString().slice(0, -'.000Z'.length)}Z: its deadline was over when it came`,
});

const cameLate = ({ intent: { accepted_at, expires_at } }: Queued): boolean =>
  expires_at !== undefined && expires_at <= accepted_at;

/** What a run is told whose stop was delivered, and did not stop the job. */
const notStopped = (message: string) => ({ code: 'not-stopped', message });

/** The stop was not seen to be over until the run's deadline. */
const UNSTOPPED: VerdictInfo = {
  outcome: 'expired',
  error: notStopped(
    'The stop before it was delivered, and was not seen to be over by the deadline',
  ),
};

/** The job runs on, or its stop has failed. */
export const NOT_STOPPED: VerdictInfo = {
  outcome: 'rejected',
  evidence: 'observed',
  error: notStopped('The stop before it was delivered, and the job was not stopped by it'),
};

const TOLD = { observed: OBSERVED, unmet: UNMET, unstopped: UNSTOPPED } as const;

/**
 * An intent whose deadline has passed says why its job had no verdict until then: how its way refuses every request, or
 * else why the last request for it was in vain.
 */
const expiredOf = (
  openIntent: OpenIntent | undefined,
  job: JobId,
  wishedBy: Queued,
  ofWay: string | undefined,
): VerdictInfo => {
  if (cameLate(wishedBy)) return { outcome: 'expired', error: tooOld(wishedBy) };
  const index = openIntent?.places.get(job);
  const isAsked = index !== undefined && openIntent?.asked.has(index) === true;
  const reason = ofWay ?? (isAsked ? openIntent.reason : undefined);
  return {
    outcome: 'expired',
    ...(reason !== undefined && { error: { code: 'unanswered', message: reason } }),
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

/** Lays down a verdict that no call of this invocation brought. */
export const settleWithoutCall = (
  openIntents: OpenIntents,
  asked: WantedJob,
  verdict: VerdictInfo,
  at: number,
): void => settleAskers(openIntents, asked, { ...verdict, calledAt: at, settledAt: at });

/** Lays down the verdict that the newest of those who ask has already; of the others it says nothing. */
export const settleNewest = (
  openIntents: OpenIntents,
  { job, wishedBy }: WantedJob,
  verdict: RecordedVerdict,
): void => settleAskers(openIntents, { job, wishedBy: wishedBy.slice(-1) }, verdict);

export const rejectUnservable = (openIntents: OpenIntents, asked: WantedJob, at: number): void =>
  settleWithoutCall(openIntents, asked, UNSERVABLE, at);

/** Settles what needs no call by the plan, unless that is yet to be seen. `reason`: what the last refusal there looked like. */
export const settleUncalled = (
  openIntents: OpenIntents,
  { job_id: job, wishedBy, ...verdict }: Settled,
  ending: ExpiryDecision | undefined,
  at: number,
  reason?: string,
): void => {
  if (ending === 'wait') return;
  // Where looks are refused too, it cannot be seen whether the stop is over.
  const isPlain = ending === 'expired' || (ending === 'unstopped' && reason !== undefined);
  const told = isPlain
    ? expiredOf(openIntents.get(wishedBy.part), job, wishedBy, reason)
    : ending === undefined
      ? verdict
      : TOLD[ending];
  settleWithoutCall(openIntents, { job, wishedBy: [wishedBy] }, told, at);
};

import type { Ending } from '../core/ending.ts';
import { timeOf } from '../core/intent.ts';
import type { Refusal } from '../core/outcome.ts';
import type { Sealed } from '../core/part-record.ts';
import type { Asked, Queued, Settled } from '../core/plan.ts';
import type { VerdictInfo } from '../core/result.ts';
import type { Part } from './part.ts';
import { settleAskers } from './report.ts';

type Parts = ReadonlyMap<string, Part>;

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

const TOLD = { observed: OBSERVED, unmet: UNMET } as const;

/** The verdict on the jobs of a project that nobody can send requests for. */
const UNSERVABLE: VerdictInfo = {
  outcome: 'rejected',
  error: {
    code: 'no-credential',
    message: 'There is no credential for this project: add one to the upstream’s secret',
  },
};

/** Lays down a verdict that no call of this invocation brought. */
export const settleWithoutCall = (
  parts: Parts,
  asked: Asked,
  verdict: VerdictInfo,
  at: number,
): void => settleAskers(parts, asked, { ...verdict, calledAt: at, settledAt: at });

/** Lays down the verdict that the newest of those who ask has already; of the others it says nothing. */
export const settleNewest = (parts: Parts, { job, askers }: Asked, verdict: Sealed): void =>
  settleAskers(parts, { job, askers: askers.slice(-1) }, verdict);

export const rejectUnservable = (parts: Parts, asked: Asked, at: number): void =>
  settleWithoutCall(parts, asked, UNSERVABLE, at);

/** Settles what needs no call by the plan, unless that is yet to be seen. */
export const settleUncalled = (
  parts: Parts,
  { job_id: job, asker, ...verdict }: Settled,
  ending: Ending | undefined,
  at: number,
): void => {
  if (ending === 'wait') return;
  const isTooOld = verdict.outcome === 'expired' && cameLate(asker);
  const plain = isTooOld ? { ...verdict, error: tooOld(asker) } : verdict;
  const told = ending === undefined || ending === 'expired' ? plain : TOLD[ending];
  settleWithoutCall(parts, { job, askers: [asker] }, told, at);
};

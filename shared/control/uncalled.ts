import type { Ending } from '../core/ending.ts';
import type { Asked, Settled } from '../core/plan.ts';
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

export const rejectUnservable = (parts: Parts, asked: Asked, at: number): void =>
  settleWithoutCall(parts, asked, UNSERVABLE, at);

/** Of a job whose deadline came while its way refused every request. */
const withReason = (reason: string): Partial<VerdictInfo> => ({
  error: { code: 'unanswered', message: reason },
});

/** Settles what needs no call by the plan, unless that is yet to be seen. `reason`: what the last refusal there looked like. */
export const settleUncalled = (
  parts: Parts,
  { job_id: job, asker, ...verdict }: Settled,
  ending: Ending | undefined,
  at: number,
  reason?: string,
): void => {
  if (ending === 'wait') return;
  const expired = ending === 'expired' && reason !== undefined ? withReason(reason) : {};
  const told =
    ending === undefined || ending === 'expired' ? { ...verdict, ...expired } : TOLD[ending];
  settleWithoutCall(parts, { job, askers: [asker] }, told, at);
};

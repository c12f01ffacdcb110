import type { RecordedVerdict } from '../ledger/block-record.ts';
import type { SettleMs } from '../ledger/decide-call.ts';
import { jobIdOf } from '../operations/operation.ts';
import { mayBeServed, type Unanswered, type Verdict } from '../reply/verdict.ts';
import type { Attempt } from './attempt.ts';
import { lookAgainAt } from './decide-by-look.ts';
import { type Carrier, intentsWanting } from './planned.ts';
import { type ReconsiderOptions, reconsider } from './reconsider.ts';
import { settleWanted } from './settle-without-call.ts';

export interface SettleAttemptOptions extends ReconsiderOptions {
  readonly invocation: string;
  readonly settleMs: SettleMs;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  /** The shortest wait before another look. */
  readonly restartDelaySeconds: number;
}

/**
 * Gives the jobs of an attempt their verdicts, or notes why they wait. Law: if a request was left without an answer, the
 * record says until when it may take effect, also if a look has shown that it was served.
 */
export const makeSettleAttempt =
  (options: SettleAttemptOptions) =>
  async (attempt: Attempt): Promise<void> => {
    const verdicts = await reconsider(attempt, options);
    attempt.verdicts.forEach(([carrier, said], i) => {
      const verdict = verdicts[i] ?? said;
      if (mayBeServed(said)) noteEnds(carrier, attempt, options);
      if (verdict.kind === 'unanswered') leaveOpen(carrier, attempt, verdict, options);
      if (said.kind === 'rejected' && verdict.kind === 'unanswered')
        waitForClearLook(carrier, options);
      if (verdict.kind !== 'unanswered') settleWanted(carrier, verdictOf(verdict, attempt));
    });
  };

/** Notes until when the request may take effect, and when to look again. */
const noteEnds = (
  carrier: Carrier,
  { call, timing: { calledAt, settledAt } }: Attempt,
  { invocation, settleMs, leaseMs, recordsEnds, restartDelaySeconds, now }: SettleAttemptOptions,
): void => {
  const job = jobIdOf(carrier.job);
  const settled = settledAt + settleMs(call.operation, call.options);
  const again = lookAgainAt(settledAt, now(), restartDelaySeconds * 1_000);
  const until = recordsEnds ? Math.min(settled, again) : calledAt + leaseMs;
  for (const openIntent of intentsWanting([carrier])) {
    if (recordsEnds) openIntent.noteEnd(job, { invocation, until: settled });
    openIntent.wait({ why: 'not before', job, until });
  }
};

const leaveOpen = (
  carrier: Carrier,
  { isHeld, isClaimed, suspects, retryAfter = 0 }: Attempt,
  unanswered: Unanswered,
  { invocation }: SettleAttemptOptions,
): void => {
  const job = jobIdOf(carrier.job);
  for (const openIntent of intentsWanting([carrier])) {
    // The record keeps what it says of a job that this invocation has not claimed.
    if (isClaimed) {
      openIntent.noteRequest(job, { invocation, mayBeServed: mayBeServed(unanswered), suspects });
      if (!isHeld) openIntent.record.noteReason(unanswered.reason);
    }
    openIntent.wait({ why: 'pause', seconds: retryAfter });
    openIntent.wait({ why: isHeld ? 'no time' : 'in vain' });
  }
};

/** A job that was refused is sent again when a look can tell why: not before statuses show what the request before did. */
const waitForClearLook = (carrier: Carrier, { clearFrom, now }: SettleAttemptOptions): void => {
  const until = clearFrom(carrier);
  if (until <= now()) return;
  for (const openIntent of intentsWanting([carrier]))
    openIntent.wait({ why: 'not before', job: jobIdOf(carrier.job), until });
};

const verdictOf = (
  verdict: Exclude<Verdict, { kind: 'unanswered' }>,
  { info: call, timing: { calledAt, settledAt } }: Attempt,
): RecordedVerdict =>
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

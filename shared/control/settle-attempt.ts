import type { Carrier, WantedJob } from '../intent/plan.ts';
import type { RecordedVerdict } from '../ledger/block-record.ts';
import type { SettleMs } from '../ledger/decide-call.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { Attempt } from './carry-out.ts';
import { lookAgainAt } from './decide-by-look.ts';
import {
  noteAsked,
  noteEnd,
  noteLease,
  noteReason,
  type OpenIntent,
  settle,
} from './open-intent.ts';
import { intentsAsking } from './progress.ts';
import { type ReconsiderOptions, reconsider } from './reconsider.ts';

export interface SettleAttemptOptions extends ReconsiderOptions {
  readonly openIntents: ReadonlyMap<string, OpenIntent>;
  readonly invocation: string;
  readonly settleMs: SettleMs;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  /** The shortest wait before another look. */
  readonly restartDelaySeconds: number;
}

type Unanswered = Extract<Verdict, { kind: 'unanswered' }>;

/**
 * Lays what an attempt says of its jobs down in the open intents of those who asked. Law: where a request was left without an
 * answer the record says until when it may take effect, also where a look has shown that it was served.
 */
export const makeSettleAttempt = (options: SettleAttemptOptions) => {
  const { openIntents, invocation, settleMs, leaseMs, recordsEnds, restartDelaySeconds } = options;

  const noteEnds = (carrier: Carrier, { call, timing }: Attempt): void => {
    const job = jobIdOf(carrier.job);
    const settled = timing.settledAt + settleMs(call.operation, call.options);
    const until = recordsEnds ? settled : timing.calledAt + leaseMs;
    const again = lookAgainAt(timing.settledAt, options.now(), restartDelaySeconds * 1_000);
    for (const asking of intentsAsking(openIntents, [carrier])) {
      if (recordsEnds) noteEnd(asking, job, { invocation, until });
      noteLease(asking, job, recordsEnds ? Math.min(until, again) : until);
    }
  };

  const leaveOpen = (
    carrier: Carrier,
    { isHeld, isClaimed, suspects, retryAfter = 0 }: Attempt,
    { served, reason }: Unanswered,
  ): void => {
    const job = jobIdOf(carrier.job);
    for (const asking of intentsAsking(openIntents, [carrier])) {
      // What is not claimed is not this invocation's to tell of: the record keeps what it says.
      if (isClaimed) {
        noteAsked(asking, job, { invocation, mayBeServed: served !== 'no', suspects });
        if (!isHeld) noteReason(asking, reason);
      }
      asking.pause = Math.max(asking.pause, retryAfter);
      if (isHeld) asking.outOfTime = true;
      else asking.tried = true;
    }
  };

  /** What was refused is asked for again when a look can tell why: not while statuses may be older than the request before. */
  const waitForClearLook = (carrier: Carrier): void => {
    const until = options.clearFrom(carrier);
    if (until <= options.now()) return;
    for (const asking of intentsAsking(openIntents, [carrier]))
      noteLease(asking, jobIdOf(carrier.job), until);
  };

  return async (attempt: Attempt): Promise<void> => {
    const verdicts = await reconsider(attempt, options);
    attempt.verdicts.forEach(([carrier, said], i) => {
      const verdict = verdicts[i] ?? said;
      if (said.kind === 'unanswered' && said.served !== 'no') noteEnds(carrier, attempt);
      if (verdict.kind === 'unanswered') leaveOpen(carrier, attempt, verdict);
      if (said.kind === 'rejected' && verdict.kind === 'unanswered') waitForClearLook(carrier);
      if (verdict.kind !== 'unanswered')
        settleAskers(openIntents, carrier, verdictOf(verdict, attempt));
    });
  };
};

/** One verdict for all who ask for a job. */
export const settleAskers = (
  openIntents: ReadonlyMap<string, OpenIntent>,
  asked: WantedJob,
  recorded: RecordedVerdict,
): void => {
  for (const openIntent of intentsAsking(openIntents, [asked]))
    settle(openIntent, jobIdOf(asked.job), recorded);
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

import { describe, expect, it } from 'vitest';
import { settleByPlan, settleNewest } from '../../shared/control/settle-without-call.ts';
import type { ExpiryDecision } from '../../shared/ledger/decide-expiry.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { idAt, NOW } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { openWishes, theOnly } from '../support/records-room.ts';

const REFUSAL = '403: APIGW.0302';
const REASON = 'timeout';

interface Given {
  readonly refusal?: string;
  /** Whether a request for the job was in vain. */
  readonly isAsked?: boolean;
  readonly expires_at?: string;
}

/** How a job of an intent whose deadline has passed ends. */
const ended = (decision: ExpiryDecision | undefined, given: Given = {}) => {
  const { refusal, isAsked = false, expires_at } = given;
  const from = theOnly(openWishes({ ...(expires_at !== undefined && { expires_at }) }).openIntents);
  const job = jobIdOf(theOnly(from.intent.jobs));
  from.record.noteReason(REASON);
  if (isAsked) from.noteRequest(job, maybeServed('ours'));
  const wishedBy = { from, intent: from.intent };
  const settled = { job_id: job, wishedBy, outcome: 'superseded', superseded_by: idAt(9) } as const;
  settleByPlan(settled, decision, 7, refusal);
  const [verdict] = from.record.verdicts;
  return (
    verdict && [verdict.outcome, verdict.evidence, verdict.error?.code, verdict.error?.message]
  );
};

describe('a job whose deadline has passed', () => {
  it.each<[ExpiryDecision | undefined, Given, unknown]>([
    ['wait', { refusal: REFUSAL }, undefined],
    [undefined, { refusal: REFUSAL }, ['superseded', undefined, undefined, undefined]],
    ['observed', { refusal: REFUSAL }, ['delivered', 'observed', undefined, undefined]],
    ['expired', {}, ['expired', undefined, undefined, undefined]],
    ['expired', { isAsked: true }, ['expired', undefined, 'unanswered', REASON]],
    ['expired', { refusal: REFUSAL }, ['expired', undefined, 'unanswered', REFUSAL]],
    ['expired', { refusal: REFUSAL, isAsked: true }, ['expired', undefined, 'unanswered', REFUSAL]],
    ['unmet', { refusal: REFUSAL }, ['expired', undefined, 'not-begun', expect.any(String)]],
    ['unstopped', {}, ['expired', undefined, 'not-stopped', expect.any(String)]],
    ['unstopped', { refusal: REFUSAL }, ['expired', undefined, 'unanswered', REFUSAL]],
  ])('%s, %j', (decision, given, verdict) => {
    expect(ended(decision, given)).toEqual(verdict);
  });

  it.each([
    ['2026-01-31T11:58:59.000Z', 'too-old'],
    ['2026-01-31T11:59:00.000Z', 'too-old'],
    ['2026-01-31T11:59:00.001Z', 'unanswered'],
    [NOW, 'unanswered'],
  ])('came late if that was by its acceptance: %s, %s', (expires_at, code) => {
    expect(ended('expired', { expires_at, isAsked: true })?.[2]).toBe(code);
  });
});

it('a verdict that the newest intent has already is told of no older one', () => {
  const { openIntents, calls } = openWishes({ age: 1 }, { age: 2 });
  const wanted = theOnly(theOnly(calls).carriers);
  settleNewest(wanted, { outcome: 'delivered', evidence: 'keyed', calledAt: 1, settledAt: 2 });
  expect(openIntents.map(({ isSettled }) => isSettled)).toEqual([false, true]);
});

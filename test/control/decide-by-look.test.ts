import { describe, expect, it } from 'vitest';
import type { DecidedByLedger } from '../../shared/control/candidate.ts';
import { decideByLook, wakeOf } from '../../shared/control/decide-by-look.ts';
import type { CallDecision } from '../../shared/ledger/decide-call.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import type { Sighting } from '../../shared/operations/sighting.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const MINUTE = 60_000;
/** When the last request for the job was claimed: later than any clock difference after 1970. */
const CLAIMED = 10 * MINUTE;
/** A look counts from then on; and from then on it can show that the request had no effect. */
const [CLEAR_FROM, NONE_FROM] = [CLAIMED + 100, CLAIMED + 200];

const decidedAs = (
  byLedger: CallDecision,
  operation: OperationName = 'dli.run',
): DecidedByLedger => {
  const call = theOnly(openWishes({ operation, jobs: ['1'] }).calls);
  return {
    operation: OPERATIONS[operation],
    project_id: call.project_id,
    carrier: theOnly(call.carriers),
    key: 'job',
    seen: undefined,
    claimedAt: CLAIMED,
    clearFrom: CLEAR_FROM,
    mayEndAt: 0,
    byLedger,
    lastRequest: undefined,
  };
};

const doubtful = decidedAs({ kind: 'look', noneFrom: NONE_FROM });
const over = decidedAs({ kind: 'look', noneFrom: 0 });

/** What a look shows of the last run: that it was served, that the job runs since before, that nothing was done. */
const TAKEN: Sighting = seen('job_running', CLAIMED);
const EARLIER: Sighting = seen('job_running', CLAIMED - MINUTE - 1);
const NONE: Sighting = seen('job_init');
const PENDING: Sighting = seen('job_canceling');

describe('what a look at an unanswered request decides', () => {
  it.each<[title: string, Sighting | undefined, readonly string[]]>([
    // Before anything counts; once a look counts; once it may show that there was no effect.
    ['it took effect', TAKEN, ['wait', 'observed', 'observed']],
    ['the job runs since before', EARLIER, ['wait', 'wait', 'observed']],
    ['it had no effect', NONE, ['wait', 'wait', 'go']],
    ['the job is under way', PENDING, ['wait', 'wait', 'wait']],
    ['the answer does not tell', seen('untold'), ['wait', 'wait', 'wait']],
    ['nothing', undefined, ['wait', 'wait', 'wait']],
  ])('%s', (_, sighting, decisions) => {
    const times = [CLEAR_FROM - 1, CLEAR_FROM, NONE_FROM];
    expect(times.map((seenAt) => decideByLook(doubtful, sighting, seenAt))).toEqual(decisions);
    expect(decideByLook(doubtful, sighting, NONE_FROM - 1)).toBe(decisions[1]);
  });

  it('one that is over needs nothing more than a look that counts', () => {
    for (const [sighting, decision] of [
      [TAKEN, 'observed'],
      [EARLIER, 'observed'],
      [NONE, 'go'],
      [PENDING, 'wait'],
    ] as const) {
      expect(decideByLook(over, sighting, CLEAR_FROM - 1)).toBe('wait');
      expect(decideByLook(over, sighting, CLEAR_FROM)).toBe(decision);
    }
  });

  it('where no claim is known, no start is older than the request', () => {
    const unclaimed = { ...over, claimedAt: undefined };
    expect(decideByLook(unclaimed, seen('job_running', 1), CLEAR_FROM)).toBe('observed');
  });

  it('what needs no look goes', () => {
    expect(decideByLook(decidedAs({ kind: 'go' }), undefined, 0)).toBe('go');
  });
});

describe('what a look decides for a run that waits for its stop', () => {
  const following = (isDelivered: boolean) =>
    decidedAs({ kind: 'look for the stop', isDelivered, since: CLAIMED });

  it.each<[status: string | undefined, delivered: string, undelivered: string]>([
    ['job_cancel_success', 'go', 'go'],
    ['job_finish', 'go', 'go'],
    ['job_init', 'go', 'go'],
    ['job_submit_fail', 'go', 'go'],
    ['job_arrearage_stopped', 'go', 'go'],
    ['job_running_exception', 'go', 'go'],
    ['missing', 'go', 'go'],
    ['job_canceling', 'wait', 'wait'],
    ['job_savepointing', 'wait', 'wait'],
    ['job_downloading', 'wait', 'go'],
    ['job_submitting', 'wait', 'wait'],
    ['untold', 'wait', 'wait'],
    [undefined, 'wait', 'wait'],
    // The stop was taken, and the job was not stopped by it; or none was taken, and the run has its own answer.
    ['job_running', 'not stopped', 'go'],
    ['job_idle', 'not stopped', 'go'],
    ['job_cancel_fail', 'not stopped', 'go'],
  ])('the job %s: %s, and without a delivered stop %s', (status, delivered, undelivered) => {
    const sighting = status === undefined ? undefined : seen(status);
    expect(decideByLook(following(true), sighting, CLEAR_FROM)).toBe(delivered);
    expect(decideByLook(following(false), sighting, CLEAR_FROM)).toBe(undelivered);
  });

  it.each<[status: string, decision: string]>([
    ['job_running', 'observed'],
    ['job_submitting', 'observed'],
    ['job_cancel_fail', 'go'],
    ['job_cancel_success', 'go'],
  ])('others have started it since its stop, and it is %s: %s', (status, decision) => {
    const started = (ms: number) => seen(status, CLAIMED + ms);
    expect(decideByLook(following(true), started(2 * MINUTE), CLEAR_FROM)).toBe(decision);
    // Clocks differ: so soon after it may have been before.
    const soon = decideByLook(following(true), started(1_000), CLEAR_FROM);
    expect(soon).toBe(decideByLook(following(true), seen(status), CLEAR_FROM));
  });

  it('no other operation waits so', () => {
    const other = decidedAs(
      { kind: 'look for the stop', isDelivered: true, since: 0 },
      'drs.retry',
    );
    expect(decideByLook(other, seen('CONFIGURATION'), CLEAR_FROM)).toBe('wait');
  });
});

describe('when it is worth coming back for a job that waits', () => {
  const POLL = 10_000;

  it.each<[waitedMs: number, afterMs: number]>([
    [0, POLL],
    [4 * POLL, POLL],
    [4 * POLL + 400, POLL + 100],
    [20 * MINUTE, 5 * MINUTE],
    [60 * MINUTE, 15 * MINUTE],
    [24 * 60 * MINUTE, 15 * MINUTE],
  ])('after %i ms a run looks for its stop in %i ms: a quarter of that', (waitedMs, afterMs) => {
    const [since, now] = [CLAIMED, CLAIMED + waitedMs];
    for (const byLedger of [
      { kind: 'look for the stop', isDelivered: true, since },
      { kind: 'stop first', since },
    ] as const)
      expect(wakeOf(decidedAs(byLedger), now, POLL)).toBe(now + afterMs);
  });

  it('so it is late by no more than a quarter of what the stop took, or the shortest poll', () => {
    for (const stopMs of [1, POLL, MINUTE, 7 * MINUTE, 40 * MINUTE]) {
      const one = decidedAs({ kind: 'look for the stop', isDelivered: true, since: 0 });
      let now = 0;
      while (now < stopMs) now = wakeOf(one, now, POLL) ?? Number.NaN;
      expect(now - stopMs).toBeLessThanOrEqual(Math.max(POLL, stopMs / 4));
    }
  });

  it('what waits for a moment comes back then; for what may end at any time there is none', () => {
    expect(wakeOf(decidedAs({ kind: 'wait', until: 777 }), 0, POLL)).toBe(777);
    expect(wakeOf(decidedAs({ kind: 'wait' }), 0, POLL)).toBeUndefined();
  });

  it('what a look did not tell comes back once looks count, and no effect can come any more', () => {
    const waits = { ...doubtful, mayEndAt: NONE_FROM };
    expect(wakeOf(waits, CLAIMED, POLL)).toBe(NONE_FROM);
    expect(wakeOf({ ...waits, clearFrom: NONE_FROM + 1 }, CLAIMED, POLL)).toBe(NONE_FROM + 1);
    expect(wakeOf(waits, NONE_FROM, POLL)).toBeUndefined();
  });

  it('what goes, or is stale, waits for nothing', () => {
    const [by] = openWishes({ age: 9 }).openIntents.map(({ intent }) => intent.intent_id);
    if (by === undefined) throw new Error('no id');
    for (const byLedger of [{ kind: 'go' }, { kind: 'superseded', by }] as const)
      expect(wakeOf(decidedAs(byLedger), 0, POLL)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { failIfLast, hasFailed } from '../../shared/control/give-up.ts';
import type { OpenIntent } from '../../shared/control/open-intent.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { message } from '../support/control-room.ts';
import { theOnly } from '../support/records-room.ts';

const AT = 1_000;
const MOST = 7;
const DELIVERED: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: 1,
  settledAt: 2,
};

/** One open intent, in a message for each of these receive counts. */
const open = (...receives: readonly number[]): OpenIntent =>
  theOnly(readBatch(receives.map((count, i) => message(`m${i}`, {}, count))).openIntents.values());

describe('an open intent is given up when a message of it is about to be given for the last time', () => {
  it.each<[string, readonly number[], boolean]>([
    ['not before', [4], false],
    ['two receives are kept for telling of it', [5], true],
    ['one of two is enough', [1, 5], true],
    ['two that both came late are given up once', [6, 7], true],
    ['none of two', [1, 4], false],
  ])('%s', (_, receives, isGivenUp) => {
    const openIntent = open(...receives);
    failIfLast(openIntent, MOST, AT);
    expect(hasFailed(openIntent, MOST)).toBe(isGivenUp);
    expect(openIntent.record.verdicts.map((verdict) => verdict?.outcome)).toEqual(
      isGivenUp ? ['failed'] : [],
    );
  });

  it('the very first receive may be the last', () => {
    const openIntent = open(1);
    failIfLast(openIntent, 1, AT);
    expect(openIntent.record.verdicts).toMatchObject([
      { outcome: 'failed', calledAt: AT, settledAt: AT },
    ]);
  });

  it('one that is settled is not', () => {
    const openIntent = open(MOST);
    openIntent.settleOpen(DELIVERED);
    failIfLast(openIntent, MOST, AT);
    expect(hasFailed(openIntent, MOST)).toBe(false);
    expect(openIntent.record.verdicts).toMatchObject([DELIVERED]);
  });

  it('nor one that turns out to have been settled by others: it is done, and nothing to keep', () => {
    const openIntent = open(MOST);
    failIfLast(openIntent, MOST, AT);
    openIntent.record.takeOver({
      invocation: 'theirs',
      verdicts: [DELIVERED],
      published: new Set(),
      requests: new Map(),
    });
    expect(hasFailed(openIntent, MOST)).toBe(false);
  });

  it('one whose record says so still has, and one that was moved back since has not', () => {
    const failed: RecordedVerdict = { outcome: 'failed', calledAt: 1, settledAt: 2 };
    const verdicts = [failed];
    const state = {
      invocation: 'theirs',
      verdicts,
      published: new Set<number>(),
      requests: new Map(),
    };
    const given = (receives: number) => {
      const openIntent = open(receives);
      openIntent.record.takeOver(state);
      return hasFailed(openIntent, MOST);
    };
    expect([given(6), given(1)]).toEqual([true, false]);
  });
});

import { describe, expect, it } from 'vitest';
import type { BlockState, RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { messageKeyOf } from '../../shared/ledger/block-record.ts';
import { type Claim, readJob, standingOf } from '../../shared/ledger/job-record.ts';
import { idAt, intentOf } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';

const claim: Claim = { block: 'intent/…/131', index: 0, invocation: 'holder', at: 0, until: 1_000 };

const told = (by: string, part: Partial<BlockState> = {}): BlockState => ({
  invocation: by,
  verdicts: [],
  published: new Set(),
  requests: new Map(),
  ...part,
});

const delivered: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: 1,
  settledAt: 2,
};
const { evidence: _, ...givenUp } = { ...delivered, outcome: 'expired' as const };

describe('a claim stands as its block tells', () => {
  it('settled by a verdict with evidence, however long it holds', () => {
    for (const now of [0, 5_000])
      expect(standingOf(claim, told('other', { verdicts: [delivered] }), now)).toEqual({
        kind: 'settled',
        verdict: delivered,
      });
  });

  it('released where its holder has written, and asked for nothing that went unanswered', () => {
    for (const now of [0, 5_000]) {
      expect(standingOf(claim, told('holder'), now)).toEqual({ kind: 'released', over: false });
      expect(standingOf(claim, told('holder', { verdicts: [givenUp] }), now)).toEqual({
        kind: 'released',
        over: true,
      });
    }
  });

  it.each([unserved('holder'), unserved('holder', 9)])(
    'released if a note says that nothing was sent, whichever invocation wrote last: %o',
    (noted) => {
      const state = told('other', { requests: new Map([[0, noted]]) });
      for (const now of [0, 5_000])
        expect(standingOf(claim, state, now)).toEqual({ kind: 'released', over: false });
    },
  );

  it('what is noted of another’s request says nothing of this one', () => {
    const state = told('other', { requests: new Map([[0, unserved('another')]]) });
    expect(standingOf(claim, state, 5_000)).toEqual({ kind: 'unclear', over: false });
  });

  it.each<[string, BlockState | undefined, boolean]>([
    ['no record was written', undefined, false],
    ['others have written', told('other'), false],
    [
      'its request went unanswered',
      told('holder', { requests: new Map([[0, maybeServed('holder')]]) }),
      false,
    ],
    [
      'suspected with others',
      told('other', { requests: new Map([[0, maybeServed('holder', 2)]]) }),
      false,
    ],
    ['others have given it up', told('other', { verdicts: [givenUp] }), true],
  ])('live up to the millisecond of its end, and from then on unclear: %s', (_, holder, over) => {
    // An unanswered request is over no sooner. Another invocation that has the job may end at any time.
    const until = holder?.requests.has(0) ? { until: 1_000 } : {};
    expect(standingOf(claim, holder, 999)).toEqual({ kind: 'live', over, ...until });
    expect(standingOf(claim, holder, 1_000)).toEqual({ kind: 'unclear', over });
  });
});

describe('a record of another shape is not taken for one of ours', () => {
  const { block, ...rest } = claim;
  const stored = { part: block, ...rest };
  const record = { v: 1, newest: idAt(1), operation: 'dli.run', claim: stored };

  it('the good one is', () => {
    expect(readJob(JSON.stringify(record))).toEqual({
      newest: idAt(1),
      operation: 'dli.run',
      claim,
    });
  });

  it.each([[{ newest: 7 }], [{ newest: null }], [{ operation: 'dli.fly' }]])('%j', (part) => {
    expect(readJob(JSON.stringify({ ...record, ...part }))).toBeUndefined();
  });
});

describe('a block has a key, whatever its jobs', () => {
  it('even where there are none, which no message holds', () => {
    const { intent_id } = intentOf({ age: 1 });
    expect(messageKeyOf({ intent_id, jobs: [] })).toBe(`intent/${idAt(1)}/`);
  });
});

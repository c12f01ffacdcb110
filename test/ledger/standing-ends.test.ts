import { describe, expect, it } from 'vitest';
import type {
  BlockState,
  NotedRequest,
  RecordedVerdict,
  RequestEnd,
} from '../../shared/ledger/block-record.ts';
import { type Claim, clearFromOf, standingOf } from '../../shared/ledger/job-record.ts';
import { maybeServed, unserved } from '../support/noted.ts';

const INDEX = 4;
/** The lease of the claim, and until when its unanswered request may take effect: sooner, or later. */
const LEASE = 1_000;
const [SOONER, LATER] = [600, 1_400];

const claim: Claim = {
  block: 'intent/…/131',
  index: INDEX,
  invocation: 'ours',
  at: 0,
  until: LEASE,
};

interface Told {
  readonly by?: string;
  readonly asked?: NotedRequest;
  readonly end?: RequestEnd;
  readonly verdict?: Pick<RecordedVerdict, 'outcome' | 'evidence'>;
}

const told = ({ by = 'ours', asked, end, verdict }: Told): BlockState => {
  const verdicts: (RecordedVerdict | undefined)[] = [];
  if (verdict) verdicts[INDEX] = { ...verdict, calledAt: 1, settledAt: 2 };
  return {
    invocation: by,
    verdicts,
    published: new Set(),
    requests: new Map(asked === undefined ? [] : [[INDEX, asked]]),
    ends: new Map(end === undefined ? [] : [[INDEX, end]]),
  };
};

const standing = (state: BlockState, now: number) => standingOf(claim, state, now);

const maybe = maybeServed('ours');
const never = unserved('ours');
const seen = { outcome: 'delivered', evidence: 'observed' } as const;

describe.each([SOONER, LATER])('a request that may take effect until %i', (until) => {
  const end = { invocation: 'ours', until };

  it.each(['ours', 'another'])(
    'a claim that was seen to be served is fenced until then, and settled after, written last by %s',
    (by) => {
      const state = told({ by, end, verdict: seen });
      expect(standing(state, until - 1)).toEqual({ kind: 'live', over: true, until });
      expect(standing(state, until)).toEqual({
        kind: 'settled',
        verdict: { ...seen, calledAt: 1, settledAt: 2 },
      });
    },
  );

  it.each(['ours', 'another'])(
    'a claim of which nothing is seen is doubtful until then, whatever its lease: %s',
    (by) => {
      const state = told({ by, asked: maybe, end });
      for (const now of [0, until - 1])
        expect(standing(state, now)).toEqual({ kind: 'doubtful', over: false, until });
      for (const now of [until, 5_000])
        expect(standing(state, now)).toEqual({ kind: 'unclear', over: false });
    },
  );

  it('so too where its intent has been given up', () => {
    const state = told({ asked: maybe, end, verdict: { outcome: 'expired' } });
    expect(standing(state, until - 1)).toEqual({ kind: 'doubtful', over: true, until });
    expect(standing(state, until)).toEqual({ kind: 'unclear', over: true });
  });
});

describe('the end of another invocation’s request says nothing of this claim', () => {
  const end = { invocation: 'another', until: LATER };

  it('a verdict settles it at once', () => {
    expect(standing(told({ end, verdict: seen }), 0).kind).toBe('settled');
  });

  it('without an end of its own it is live until its lease has lapsed, and no longer', () => {
    const state = told({ asked: maybe, end });
    expect(standing(state, LEASE - 1)).toEqual({ kind: 'live', over: false, until: LEASE });
    expect(standing(state, LEASE)).toEqual({ kind: 'unclear', over: false });
  });

  it('of another job neither', () => {
    const ends = new Map([[INDEX + 1, { invocation: 'ours', until: LATER }]]);
    const state = { ...told({ asked: maybe }), ends };
    expect(standing(state, LEASE)).toEqual({ kind: 'unclear', over: false });
  });
});

describe('an end is not needed for a claim to be free', () => {
  it('where nothing came of the last request, an earlier end of the same invocation is over', () => {
    const end = { invocation: 'ours', until: LATER };
    expect(standing(told({ asked: never, end }), 0)).toEqual({ kind: 'released', over: false });
  });

  it('a record of a release before tells of none: its lease counts', () => {
    const { ends: _, ...before } = told({ asked: maybe });
    expect(standing(before, LEASE - 1)).toEqual({ kind: 'live', over: false, until: LEASE });
    expect(standing(before, LEASE)).toEqual({ kind: 'unclear', over: false });
  });
});

describe('from when on a status cannot be older than what a request did', () => {
  const SETTLE = 30;
  const clearFrom = (verdict: Told['verdict'], before?: number) =>
    clearFromOf(
      { ...claim, ...(before !== undefined && { clearFrom: before }) },
      standing(told(verdict === undefined ? {} : { verdict }), 5_000),
      SETTLE,
    );

  it.each(['keyed', 'positional', 'aggregate'] as const)(
    'so long after it was delivered, by a reply that is %s',
    (evidence) => {
      expect(clearFrom({ outcome: 'delivered', evidence })).toBe(2 + SETTLE);
    },
  );

  it('what a look has shown shows already', () => {
    expect(clearFrom(seen)).toBe(0);
  });

  it('what was refused did nothing', () => {
    expect(clearFrom({ outcome: 'rejected', evidence: 'keyed' })).toBe(0);
  });

  it('a request that came to nothing did nothing either', () => {
    expect(clearFrom(undefined)).toBe(0);
  });

  it.each<[title: string, verdict: Told['verdict']]>([
    ['that was refused', { outcome: 'rejected', evidence: 'keyed' }],
    ['that was seen to be served', seen],
    ['that came to nothing', undefined],
  ])('a claim hands on what counted before it, under one %s', (_, verdict) => {
    expect(clearFrom(verdict, 777)).toBe(777);
  });

  it('and the later of both counts', () => {
    expect(clearFrom({ outcome: 'delivered', evidence: 'keyed' }, 777)).toBe(777);
    expect(clearFrom({ outcome: 'delivered', evidence: 'keyed' }, 7)).toBe(2 + SETTLE);
  });
});

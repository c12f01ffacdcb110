import { describe, expect, it } from 'vitest';
import type { BlockState, RecordedVerdict, RequestEnd } from '../../shared/ledger/block-record.ts';
import { type CallDecision, decideCall } from '../../shared/ledger/decide-call.ts';
import type { JobRecord, StopBefore } from '../../shared/ledger/job-record.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { idAt } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';

const SETTLE = 30;
const [CLAIMED, SETTLED] = [100, 200];
const OURS = 'the claiming invocation';
const UNTIL = 500;
const LEASE = 1_000;

interface Last {
  readonly operation?: OperationName;
  readonly verdict?: Pick<RecordedVerdict, 'outcome' | 'evidence'>;
  readonly isAsked?: boolean;
  readonly end?: RequestEnd;
  readonly clearFrom?: number;
  readonly stopBefore?: StopBefore;
  /** Until when its intent is good. */
  readonly expires_at?: string;
}

/** What becomes of a wish of age 2, or of age 1, which has the claim. */
const decided = (last: Last, now: number, wished: OperationName, age = 2): CallDecision => {
  const { operation = 'dli.run', verdict, isAsked, end, clearFrom, stopBefore, expires_at } = last;
  const record: JobRecord = {
    newest: idAt(1),
    operation,
    ...(stopBefore !== undefined && { stopBefore }),
    claim: {
      block: 'intent/…/131',
      index: 0,
      invocation: OURS,
      at: CLAIMED,
      until: LEASE,
      ...(clearFrom !== undefined && { clearFrom }),
      ...(expires_at !== undefined && { expires_at }),
    },
  };
  const holder: BlockState = {
    invocation: OURS,
    verdicts: verdict ? [{ ...verdict, calledAt: CLAIMED, settledAt: SETTLED }] : [],
    published: new Set(),
    requests: new Map(isAsked ? [[0, maybeServed(OURS)]] : []),
    ends: new Map(end ? [[0, end]] : []),
  };
  const wish = { newest: idAt(age), operation: OPERATIONS[wished] };
  return decideCall(wish, record, holder, now, SETTLE);
};

const end: RequestEnd = { invocation: OURS, until: UNTIL };
const delivered = { outcome: 'delivered', evidence: 'keyed' } as const;
const observed = { outcome: 'delivered', evidence: 'observed' } as const;

describe('a request that ended without an answer, and may take effect', () => {
  const doubtful: Last = { isAsked: true, end };

  it('is looked into at once for the same intent: that it was not served, no look tells yet', () => {
    for (const now of [SETTLED, UNTIL - 1])
      expect(decided(doubtful, now, 'dli.run', 1)).toEqual({ kind: 'look', noneFrom: UNTIL });
    expect(decided(doubtful, UNTIL, 'dli.run', 1)).toEqual({ kind: 'look', noneFrom: 0 });
  });

  it.each<[OperationName, OperationName]>([
    ['dli.run', 'dli.run'],
    ['dli.run', 'dli.stop'],
    ['dli.stop', 'dli.stop'],
    ['dli.stop', 'dli.run'],
    ['drs.start', 'drs.start'],
  ])('holds up a newer intent until it cannot any more: %s, and then %s', (operation, wished) => {
    const last = { ...doubtful, operation };
    expect(decided(last, UNTIL - 1, wished)).toEqual({ kind: 'wait', until: UNTIL });
    expect(decided(last, UNTIL, wished).kind).toBe(
      operation === 'dli.stop' && wished === 'dli.run' ? 'stop first' : 'look',
    );
  });

  it('so too where a look has shown that it was served', () => {
    const served: Last = { verdict: observed, end };
    for (const wished of ['dli.run', 'dli.stop'] as const) {
      expect(decided(served, UNTIL - 1, wished)).toEqual({ kind: 'wait', until: UNTIL });
      expect(decided(served, UNTIL, wished)).toEqual({ kind: 'go' });
    }
  });

  it('of a stop that was seen: the run waits for its end, and then looks at once', () => {
    const served: Last = { operation: 'dli.stop', verdict: observed, end };
    expect(decided(served, UNTIL - 1, 'dli.run')).toEqual({ kind: 'wait', until: UNTIL });
    expect(decided(served, UNTIL, 'dli.run')).toEqual({
      kind: 'look for the stop',
      isDelivered: true,
      since: SETTLED,
    });
  });
});

describe('a run after a delivered stop looks no sooner than a status must be newer than that', () => {
  const stopped: Last = { operation: 'dli.stop', verdict: delivered };

  it('it waits until so long after its reply, and from then on looks', () => {
    const wait = { kind: 'wait', until: SETTLED + SETTLE };
    for (const now of [SETTLED, SETTLED + SETTLE - 1])
      expect(decided(stopped, now, 'dli.run')).toEqual(wait);
    expect(decided(stopped, SETTLED + SETTLE, 'dli.run')).toEqual({
      kind: 'look for the stop',
      isDelivered: true,
      since: SETTLED,
    });
  });

  it('and longer where what was done before the stop may show as late', () => {
    const last = { ...stopped, clearFrom: 300 };
    expect(decided(last, 299, 'dli.run')).toEqual({ kind: 'wait', until: 300 });
    expect(decided(last, 300, 'dli.run').kind).toBe('look for the stop');
  });

  it('a stop that was refused did nothing: only what was done before it counts', () => {
    const refused: Last = {
      operation: 'dli.stop',
      verdict: { outcome: 'rejected', evidence: 'keyed' },
    };
    const look = { kind: 'look for the stop', isDelivered: false, since: SETTLED };
    expect(decided(refused, SETTLED, 'dli.run')).toEqual(look);
    const after = { ...refused, clearFrom: 300 };
    expect(decided(after, 299, 'dli.run')).toEqual({ kind: 'wait', until: 300 });
    expect(decided(after, 300, 'dli.run')).toEqual(look);
  });

  it('a stop that is yet to be carried out tells since when the run waits for it', () => {
    expect(decided({ operation: 'dli.stop' }, SETTLED, 'dli.run')).toEqual({
      kind: 'stop first',
      since: CLAIMED,
    });
  });

  it('and once its deadline has passed the run looks whether a stop is under way all the same', () => {
    const last: Last = { operation: 'dli.stop', expires_at: new Date(400).toISOString() };
    expect(decided(last, 399, 'dli.run')).toEqual({ kind: 'stop first', since: CLAIMED });
    expect(decided(last, 400, 'dli.run')).toEqual({
      kind: 'look for the stop',
      isDelivered: false,
      since: CLAIMED,
    });
  });
});

describe('a run after a stop, where another operation came between and was refused', () => {
  const between: Last = {
    operation: 'dli.delete',
    verdict: { outcome: 'rejected', evidence: 'keyed' },
    stopBefore: { operation: 'dli.stop', at: 50, isDelivered: true },
  };

  it('looks for that stop', () => {
    const look = { kind: 'look for the stop', isDelivered: true, since: 50 };
    expect(decided(between, SETTLED, 'dli.run')).toEqual(look);
    expect(decided(between, SETTLED, 'dli.stop')).toEqual({ kind: 'go' });
  });

  it('and waits with it as long as what was done before may show as late', () => {
    const last = { ...between, clearFrom: 300 };
    expect(decided(last, 299, 'dli.run')).toEqual({ kind: 'wait', until: 300 });
    expect(decided(last, 300, 'dli.run').kind).toBe('look for the stop');
  });
});

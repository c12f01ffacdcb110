import { describe, expect, it } from 'vitest';
import type { BlockState, RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { decideExpiry, type Overdue } from '../../shared/ledger/decide-expiry.ts';
import type { JobRecord } from '../../shared/ledger/job-record.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { idAt } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';

const NOW = 1_000;
const HOLDER = 'the holder';

interface Last {
  readonly operation?: OperationName;
  readonly verdict?: Pick<RecordedVerdict, 'outcome' | 'evidence'>;
  readonly isAsked?: boolean;
  /** Until when its request may take effect. */
  readonly until?: number;
}

const holderOf = ({ verdict, isAsked, until }: Last): BlockState => ({
  invocation: HOLDER,
  verdicts: verdict ? [{ ...verdict, calledAt: 1, settledAt: 2 }] : [],
  published: new Set(),
  requests: new Map(isAsked ? [[0, maybeServed(HOLDER)]] : []),
  ends: new Map(until === undefined ? [] : [[0, { invocation: HOLDER, until }]]),
});

const recordOf = (newest: number, part: string, operation: OperationName): JobRecord => ({
  newest: idAt(newest),
  operation,
  claim: { block: part, index: 0, invocation: HOLDER, at: 1, until: NOW + 60_000 },
});

const delivered = { outcome: 'delivered', evidence: 'keyed' } as const;
const observed = { outcome: 'delivered', evidence: 'observed' } as const;

describe('a job whose own request ended without an answer', () => {
  const overdue: Overdue = {
    block: 'mine',
    intent: { intent_id: idAt(5), operation: 'dli.run' },
    lastRequest: maybeServed(HOLDER),
  };
  const ending = (last: Last) =>
    decideExpiry(overdue, recordOf(5, 'mine', 'dli.run'), holderOf(last), NOW);

  it('is looked at whatever its lease; that it was not served counts once it cannot be any more', () => {
    const until = NOW + 1;
    expect(ending({ isAsked: true, until })).toEqual({ noneFrom: until });
    expect(ending({ isAsked: true, until: NOW })).toEqual({ noneFrom: 0 });
  });

  it('waits if another invocation has seen that it was served, until no second effect can come', () => {
    expect(ending({ verdict: observed, until: NOW + 1 })).toBe('wait');
    expect(ending({ verdict: observed, until: NOW })).toBe('observed');
  });
});

describe('a run that was never begun since the stop before it did not end', () => {
  const ending = (intent: Partial<Overdue['intent']>, last: Last, newest = 3) => {
    const wish = { intent_id: idAt(5), operation: 'dli.run', ...intent } as const;
    const record = recordOf(newest, 'theirs', last.operation ?? 'dli.stop');
    return decideExpiry(
      { block: 'mine', intent: wish, lastRequest: undefined },
      record,
      holderOf(last),
      NOW,
    );
  };

  it.each([delivered, observed])('is told that it was not stopped: %j', (verdict) => {
    expect(ending({}, { verdict })).toBe('unstopped');
    expect(ending({ after: idAt(3) }, { verdict })).toBe('unstopped');
  });

  it('not where the stop that it names was never begun', () => {
    expect(ending({ after: idAt(4) }, { verdict: delivered })).toBe('unmet');
  });

  it.each<[title: string, last: Last]>([
    ['the stop was refused', { verdict: { outcome: 'rejected', evidence: 'keyed' } }],
    ['the stop expired', { verdict: { outcome: 'expired' } }],
    ['the stop was never sent', {}],
    ['the fate of the stop is unknown', { isAsked: true, until: NOW }],
    ['it was no stop', { operation: 'dli.run', verdict: delivered }],
  ])('nor where %s: it has expired', (_, last) => {
    expect(ending({}, last)).toBe('expired');
  });

  it('nor a stop after a stop', () => {
    expect(ending({ operation: 'dli.stop' }, { verdict: delivered })).toBe('expired');
  });
});

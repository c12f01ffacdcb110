import { describe, expect, it } from 'vitest';
import type { BlockState, RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { type CallDecision, decideCall } from '../../shared/ledger/decide-call.ts';
import type { Claim, JobRecord } from '../../shared/ledger/job-record.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { AFTER_ALL, AT, CASES, type Case, OWNER, type Told } from '../support/claim-cases.ts';
import { idAt } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';

const INDEX = 3;

const stateOf = ({ by, asked, verdict: told }: Told): BlockState => {
  const verdicts: (RecordedVerdict | undefined)[] = [];
  if (told !== undefined) verdicts[INDEX] = told;
  return {
    invocation: by,
    verdicts,
    published: new Set(),
    requests: new Map(asked === undefined ? [] : [[INDEX, maybeServed(asked)]]),
  };
};

/** Operations of the claim and of the wish, where the second makes no restart of the first. */
const PAIRS: readonly (readonly [OperationName, OperationName])[] = [
  ['dli.run', 'dli.run'],
  ['dli.run', 'dli.stop'],
  ['dli.stop', 'dli.stop'],
  ['drs.start', 'drs.start'],
];

const [OLDER, EQUAL, NEWER] = [1, 2, 3].map(idAt);

const decided = (
  { lease, told, late }: Pick<Case, 'lease' | 'told' | 'late'>,
  newest: typeof EQUAL,
  [of, wished]: readonly [OperationName, OperationName],
): CallDecision => {
  if (EQUAL === undefined || newest === undefined) throw new Error('no ids');
  const claim: Claim = {
    block: 'intent/…/131',
    index: INDEX,
    invocation: OWNER,
    at: AT,
    until: AT + lease,
    expires_at: new Date(AT + (late ? 0 : 1)).toISOString(),
  };
  const record: JobRecord = { newest: EQUAL, operation: of, claim };
  const holder = told && stateOf(told);
  return decideCall({ newest, operation: OPERATIONS[wished] }, record, holder, AT, 0);
};

describe('a job without a record is called', () => {
  it.each(Object.values(OPERATIONS))('by $name', (operation) => {
    if (EQUAL === undefined) throw new Error('no ids');
    expect(decideCall({ newest: EQUAL, operation }, undefined, undefined, AT, 0)).toEqual({
      kind: 'go',
    });
  });
});

describe.each(CASES)('the last claim: $title (lease $lease ms)', (claimed) => {
  it.each(PAIRS)('%s, and then %s', (...pair) => {
    expect(decided(claimed, OLDER, pair)).toEqual({ kind: 'superseded', by: EQUAL });
    expect(decided(claimed, NEWER, pair).kind).toBe(claimed.newer);
    if (pair[0] === pair[1]) expect(decided(claimed, EQUAL, pair).kind).toBe(claimed.equal);
  });

  it('a stop, and then a run', () => {
    const restart = ['dli.stop', 'dli.run'] as const;
    expect(decided(claimed, OLDER, restart)).toEqual({ kind: 'superseded', by: EQUAL });
    const byLedger = decided(claimed, NEWER, restart);
    expect(byLedger.kind).toBe(claimed.restart);
    if (byLedger.kind !== AFTER_ALL) return;
    expect(byLedger.isDelivered).toBe(claimed.told?.verdict?.outcome === 'delivered');
  });
});

describe('a run that names the stop that it is to follow', () => {
  const wish = (after: typeof EQUAL) => ({
    newest: idAt(9),
    after,
    operation: OPERATIONS['dli.run'],
  });
  const known = (newest: typeof EQUAL & string): JobRecord => ({
    newest,
    operation: 'dli.stop',
    claim: { block: 'intent/…/131', index: 0, invocation: OWNER, at: AT, until: AT },
  });

  it('waits, not for any lease, while nothing or something older is known of the job', () => {
    const unmet = { kind: 'unmet', after: idAt(5) };
    expect(decideCall(wish(idAt(5)), undefined, undefined, AT, 0)).toEqual(unmet);
    expect(decideCall(wish(idAt(5)), known(idAt(4)), undefined, AT, 0)).toEqual(unmet);
  });

  it.each([5, 6])('is decided as any other once the stop, or a newer one, is known: %i', (age) => {
    const record = known(idAt(age));
    const other = decideCall(wish(undefined), record, undefined, AT, 0);
    expect(decideCall(wish(idAt(5)), record, undefined, AT, 0)).toEqual(other);
  });

  it('is stale all the same where a newer intent is known', () => {
    const stale = { kind: 'superseded', by: idAt(10) };
    expect(decideCall(wish(idAt(5)), known(idAt(10)), undefined, AT, 0)).toEqual(stale);
  });
});

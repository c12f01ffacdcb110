import { describe, expect, it } from 'vitest';
import type { BlockState, RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { type CallDecision, decideCall } from '../../shared/ledger/decide-call.ts';
import type { Claim, JobRecord } from '../../shared/ledger/job-record.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { idAt, NOW } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';

const AT = Date.parse(NOW);
const [OWNER, ANOTHER] = ['the claiming invocation', 'another invocation'];

const verdict = (part: Pick<RecordedVerdict, 'outcome' | 'evidence'>): RecordedVerdict => ({
  ...part,
  calledAt: AT - 9,
  settledAt: AT - 8,
});

/** What the record of the claim's block says, if there is one: who wrote it last, and what of the job. */
interface Told {
  readonly by: string;
  readonly asked?: string;
  readonly verdict?: RecordedVerdict;
}

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

interface Case {
  readonly title: string;
  /** Milliseconds that the lease still runs. */
  readonly lease: number;
  readonly told: Told | undefined;
  /** Of an intent that is as old as the claim's, or newer; or newer and a run after a stop. */
  readonly equal: CallDecision['kind'];
  readonly newer: CallDecision['kind'];
  readonly restart: CallDecision['kind'];
  readonly late?: true;
}

const expired = verdict({ outcome: 'expired' });
const AFTER_ALL = 'look for the stop';

const CASES: readonly Case[] = [
  ...[1, 60_000].map(
    (lease): Case => ({
      title: 'its call may be under way',
      lease,
      told: undefined,
      equal: 'wait',
      newer: 'wait',
      restart: 'wait',
    }),
  ),
  {
    title: 'its call may be under way, though others have written of other jobs',
    lease: 60_000,
    told: { by: ANOTHER },
    equal: 'wait',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'its request went unanswered, and may yet take effect',
    lease: 60_000,
    told: { by: OWNER, asked: OWNER },
    equal: 'wait',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'its request went unanswered, long ago',
    lease: 0,
    told: { by: OWNER, asked: OWNER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'its request went unanswered long ago, and others have written since',
    lease: 0,
    told: { by: ANOTHER, asked: OWNER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'the fate of its call is unknown',
    lease: 0,
    told: undefined,
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'nor do others who have written of other jobs',
    lease: -1,
    told: { by: ANOTHER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'its call was never sent, or surely not served',
    lease: 60_000,
    told: { by: OWNER },
    equal: 'go',
    newer: 'go',
    restart: 'stop first',
  },
  {
    title: 'so too where an earlier request went unanswered, which it has looked into',
    lease: 60_000,
    told: { by: OWNER, asked: ANOTHER },
    equal: 'go',
    newer: 'go',
    restart: 'stop first',
  },
  {
    title: 'never sent, and its deadline has passed',
    lease: 60_000,
    told: { by: OWNER },
    late: true,
    equal: 'go',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'its fate is unknown, and its deadline has passed',
    lease: 0,
    told: undefined,
    late: true,
    equal: 'look',
    newer: 'look',
    restart: AFTER_ALL,
  },
  ...(['positional', 'observed'] as const).map(
    (evidence): Case => ({
      title: `delivered, ${evidence}`,
      lease: 60_000,
      told: { by: ANOTHER, verdict: verdict({ outcome: 'delivered', evidence }) },
      equal: 'has verdict',
      newer: 'go',
      restart: AFTER_ALL,
    }),
  ),
  {
    title: 'rejected',
    lease: 60_000,
    told: { by: OWNER, verdict: verdict({ outcome: 'rejected', evidence: 'keyed' }) },
    equal: 'has verdict',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by itself without a call',
    lease: 60_000,
    told: { by: OWNER, verdict: expired },
    equal: 'has verdict',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by others while its call may be under way',
    lease: 60_000,
    told: { by: ANOTHER, verdict: expired },
    // Its verdict is there: it can be told, whatever its call does.
    equal: 'has verdict',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'given up after a request that went unanswered long ago',
    lease: 0,
    told: { by: ANOTHER, asked: OWNER, verdict: expired },
    equal: 'has verdict',
    newer: 'look',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by others, and the fate of its call is unknown',
    lease: 0,
    told: { by: ANOTHER, verdict: expired },
    equal: 'has verdict',
    newer: 'look',
    restart: AFTER_ALL,
  },
];

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

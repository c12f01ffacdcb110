import { describe, expect, it } from 'vitest';
import type {
  BlockState,
  NotedRequest,
  RecordedVerdict,
} from '../../shared/ledger/block-record.ts';
import { decideExpiry, type Overdue } from '../../shared/ledger/decide-expiry.ts';
import type { JobRecord } from '../../shared/ledger/job-record.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { idAt, NOW } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';

const AT = Date.parse(NOW);
const [MINE, THEIRS] = ['my block', 'their block'];
/** Who has the claim, and who had asked before. */
const [HOLDER, EARLIER] = ['the holder', 'an earlier one'];
const INDEX = 2;

interface Case {
  readonly title: string;
  /** Whose block the claim points to. */
  readonly of: string;
  /** Who asked for the overdue job in vain. */
  readonly lastRequest?: NotedRequest;
  /** What the claim's block tells of the job: its verdict, or who asked for it. */
  readonly verdict?: Pick<RecordedVerdict, 'outcome' | 'evidence' | 'call'>;
  readonly theirs?: NotedRequest;
  readonly writtenBy?: string;
  /** Milliseconds that the lease still runs. */
  readonly lease?: number;
  readonly operation?: OperationName;
  /** What the overdue intent asks for. */
  readonly wished?: OperationName;
  /** How much older the record's newest is than the overdue intent. */
  readonly age?: number;
  readonly ends: ReturnType<typeof decideExpiry>;
}

const seen = { outcome: 'delivered', evidence: 'observed' } as const;
const replied = { outcome: 'delivered', evidence: 'keyed' } as const;
const refused = { outcome: 'rejected', evidence: 'keyed' } as const;

const CASES: readonly Case[] = [
  { title: 'its own claim was answered', of: MINE, verdict: replied, ends: 'observed' },
  { title: 'its own claim was seen served', of: MINE, verdict: seen, ends: 'observed' },
  { title: 'its own claim was refused', of: MINE, verdict: refused, ends: 'expired' },
  {
    title: 'the request that it shared with a newer one was answered',
    of: THEIRS,
    lastRequest: maybeServed(HOLDER),
    verdict: replied,
    ends: 'observed',
  },
  {
    title: 'so too if it was not served then',
    of: THEIRS,
    lastRequest: unserved(HOLDER),
    verdict: seen,
    ends: 'observed',
  },
  {
    title: 'a newer one’s look saw what it may have brought about',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: seen,
    ends: 'observed',
  },
  {
    title: 'a newer one’s look saw what it may have brought about, with other options for the job',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: seen,
    operation: 'drs.delete',
    wished: 'drs.delete',
    ends: { noneFrom: 0 },
  },
  {
    title: 'a newer one’s look saw what it cannot have brought about',
    of: THEIRS,
    lastRequest: unserved(EARLIER),
    verdict: seen,
    ends: 'expired',
  },
  {
    title: 'a newer one’s look saw the effect of another operation',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: seen,
    operation: 'dli.stop',
    ends: 'expired',
  },
  {
    title: 'a newer one was called again after it',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: replied,
    ends: 'expired',
  },
  {
    title: 'a newer one was called again after it, and seen to be served',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: { ...seen, call: { id: 'call', size: 1, attempts: 1 } },
    ends: 'expired',
  },
  {
    title: 'a newer one was seen to be refused',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    verdict: { outcome: 'rejected', evidence: 'observed' },
    ends: 'expired',
  },
  {
    title: 'a newer one was seen, and it asked for nothing',
    of: THEIRS,
    verdict: seen,
    ends: 'expired',
  },
  { title: 'its own call may be under way', of: MINE, lease: 1, ends: 'wait' },
  { title: 'its own call may have gone out', of: MINE, lease: 0, ends: { noneFrom: 0 } },
  {
    title: 'its own claim came to nothing',
    of: MINE,
    lease: 1,
    writtenBy: HOLDER,
    ends: 'expired',
  },
  {
    title: 'its own request may be served yet',
    of: MINE,
    lastRequest: maybeServed(HOLDER),
    theirs: maybeServed(HOLDER),
    writtenBy: HOLDER,
    lease: 1,
    ends: 'wait',
  },
  {
    title: 'its own request may have been served',
    of: MINE,
    lastRequest: maybeServed(HOLDER),
    theirs: maybeServed(HOLDER),
    writtenBy: HOLDER,
    lease: 0,
    ends: { noneFrom: 0 },
  },
  {
    title: 'the request that it shared may have been served',
    of: THEIRS,
    lastRequest: maybeServed(HOLDER),
    theirs: maybeServed(HOLDER),
    writtenBy: HOLDER,
    lease: 0,
    ends: { noneFrom: 0 },
  },
  {
    title: 'the request that it shared may be served yet',
    of: THEIRS,
    lastRequest: maybeServed(HOLDER),
    theirs: maybeServed(HOLDER),
    writtenBy: HOLDER,
    lease: 1,
    ends: 'wait',
  },
  { title: 'a newer one has the job now', of: THEIRS, lease: 1, ends: 'expired' },
  {
    title: 'a newer one had the job, and its fate is unknown',
    of: THEIRS,
    lastRequest: maybeServed(EARLIER),
    lease: 0,
    ends: 'expired',
  },
  {
    title: 'the record knows but older ones, whatever was seen for them',
    of: MINE,
    verdict: seen,
    age: 1,
    ends: 'expired',
  },
];

describe('a job whose deadline has passed ends by what the ledger knows', () => {
  it.each(CASES)('$title: $ends', (given) => {
    const { of, lastRequest, verdict, theirs, writtenBy = EARLIER, lease = 0, age = 0 } = given;
    const overdue: Overdue = {
      block: MINE,
      intent: { intent_id: idAt(5), operation: given.wished ?? 'dli.run' },
      lastRequest,
    };
    const record: JobRecord = {
      newest: idAt(5 - age),
      operation: given.operation ?? 'dli.run',
      claim: { block: of, index: INDEX, invocation: HOLDER, at: AT - 1, until: AT + lease },
    };
    const verdicts: (RecordedVerdict | undefined)[] = [];
    if (verdict) verdicts[INDEX] = { ...verdict, calledAt: AT, settledAt: AT };
    const holder: BlockState = {
      invocation: writtenBy,
      verdicts,
      published: new Set(),
      requests: new Map(theirs === undefined ? [] : [[INDEX, theirs]]),
    };
    expect(decideExpiry(overdue, record, holder, AT)).toEqual(given.ends);
  });

  it.each([
    [1, 'wait'],
    [0, { noneFrom: 0 }],
  ] as const)('nothing is known of its claim, whose lease runs %i ms: %j', (lease, ends) => {
    const overdue = { block: MINE, intent: { intent_id: idAt(5), operation: 'dli.run' } } as const;
    const record: JobRecord = {
      newest: idAt(6),
      operation: 'dli.run',
      claim: { block: MINE, index: 0, invocation: HOLDER, at: AT - 1, until: AT + lease },
    };
    expect(decideExpiry({ ...overdue, lastRequest: undefined }, record, undefined, AT)).toEqual(
      ends,
    );
  });

  it.each<[title: string, after: number | undefined, newest: number | undefined, ends: string]>([
    ['nothing is known of the job', undefined, undefined, 'expired'],
    ['nothing is known of the job, nor of the one that it was to follow', 3, undefined, 'unmet'],
    ['but older ones than that', 3, 2, 'unmet'],
    ['that one is known', 3, 3, 'expired'],
    ['a newer one than that is known', 3, 4, 'expired'],
  ])('%s', (_, after, newest, ends) => {
    const intent = {
      intent_id: idAt(5),
      operation: 'dli.run',
      ...(after !== undefined && { after: idAt(after) }),
    } as const;
    const record: JobRecord | undefined =
      newest === undefined
        ? undefined
        : {
            newest: idAt(newest),
            operation: 'dli.stop',
            claim: { block: THEIRS, index: 0, invocation: HOLDER, at: AT - 1, until: AT },
          };
    expect(
      decideExpiry({ block: MINE, intent, lastRequest: undefined }, record, undefined, AT),
    ).toBe(ends);
  });
});

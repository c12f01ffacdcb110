import { describe, expect, it } from 'vitest';
import type { NotedRequest, RequestEnd } from '../../shared/ledger/block-record.ts';
import { type LedgerAnswer, makeRecords, versionIn } from '../../shared/ledger/records.ts';
import { CLOSED } from '../../shared/upstream/circuit-breaker.ts';
import { breakersIn } from '../../shared/upstream/shared-breaker.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt } from '../support/messages.ts';
import { keptWrites } from '../support/records-room.ts';

const SECOND = 1_000;

const begin = (at: number, inner = memoryLedger()) => {
  const reads: (readonly string[])[] = [];
  const { ledger, writes } = keptWrites({
    ...inner,
    read: (keys) => {
      reads.push(keys);
      return inner.read(keys);
    },
  });
  let versions = 0;
  const newVersion = () => `v${++versions}`;
  const { log, lines } = keptLog();
  const records = makeRecords(ledger, { newVersion, now: () => at, keepSeconds: 3_600, log });
  return { records, reads, writes, lines };
};

const PART = {
  invocation: 'i',
  verdicts: [],
  published: new Set<number>(),
  requests: new Map<number, NotedRequest>(),
  ends: new Map<number, RequestEnd>(),
};
const JOB = {
  newest: idAt(1),
  operation: 'dli.run',
  claim: { block: 'part', index: 0, invocation: 'i', at: 0, until: 1 },
} as const;

describe('a record is kept so long after its last change', () => {
  it.each([0, 1, 999])('in whole seconds, %i ms after one began', async (ms) => {
    const { records, writes } = begin(1_700_000_000 * SECOND + ms);
    await records.jobs.write('job', JOB, undefined);
    await records.blocks.write('part', PART, undefined);
    await breakersIn(records).write('breaker', CLOSED, undefined);
    expect(writes.map(({ key, expiresAt }) => [key, expiresAt])).toEqual([
      ['job', 1_700_003_600],
      ['part', 1_700_003_600],
      ['breaker', 1_700_003_600],
    ]);
  });
});

describe('every write has a version of its own, which the next one has to have seen', () => {
  it('it is told, and read with the record', async () => {
    const { records } = begin(0);
    expect(await records.blocks.write('part', PART, undefined)).toEqual(['written', 'v1']);
    expect(await breakersIn(records).write('breaker', CLOSED, undefined)).toEqual([
      'written',
      'v2',
    ]);
    expect((await records.blocks.read(['part']))('part')).toEqual({
      kind: 'found',
      record: PART,
      version: 'v1',
    });
    expect((await breakersIn(records).read(['breaker']))('breaker')).toEqual({
      kind: 'found',
      record: CLOSED,
      version: 'v2',
    });
    expect(await breakersIn(records).write('breaker', CLOSED, 'v1')).toEqual(['lost', 'v3']);
    expect(await breakersIn(records).write('breaker', CLOSED, 'v2')).toEqual(['written', 'v4']);
  });
});

describe('a write must have seen the entry that it replaces', () => {
  it.each<[LedgerAnswer<string>, string | undefined]>([
    [{ kind: 'found', record: 'r', version: 'v1' }, 'v1'],
    [{ kind: 'foreign', version: 'v2' }, 'v2'],
    [{ kind: 'absent' }, undefined],
    [{ kind: 'unreachable' }, undefined],
  ])('%j', (answer, version) => {
    expect(versionIn(answer)).toBe(version);
  });
});

describe('a record of a version that this release does not know', () => {
  const later = { body: '{"v":2,"all":"new"}', expiresAt: 0 };
  it('is foreign, and told of in one line with some of the keys', async () => {
    const { records, lines } = begin(0);
    const ledger = memoryLedger();
    const { records: over, lines: told } = begin(0, ledger);
    const keys = Array.from({ length: 12 }, (_, i) => `job ${i}`);
    for (const key of keys) await ledger.write({ ...later, key, version: 'theirs' }, undefined);
    await over.jobs.write('known', JOB, undefined);
    const found = await over.jobs.read(['known', ...keys]);
    expect(found('known')).toEqual({ kind: 'found', record: JOB, version: 'v1' });
    expect(found('job 11')).toEqual({ kind: 'foreign', version: 'theirs' });
    expect(told).toMatchObject([
      {
        level: 'warn',
        event: 'records of an unknown version',
        fields: {
          records: 12,
          keys: keys.slice(0, 10),
          advice: expect.stringContaining('deploy the release that wrote them'),
        },
      },
    ]);
    await records.jobs.write('known', JOB, undefined);
    await records.jobs.read(['known', 'nothing']);
    expect(lines).toEqual([]);
  });

  it.each(['blocks', 'keys', 'names', 'breakers'] as const)('of %s as well', async (kind) => {
    const ledger = memoryLedger();
    const { records, lines } = begin(0, ledger);
    await ledger.write({ ...later, key: 'a', version: 'theirs' }, undefined);
    const found = await (kind === 'breakers' ? breakersIn(records) : records[kind]).read(['a']);
    expect(found('a')).toEqual({ kind: 'foreign', version: 'theirs' });
    expect(lines).toHaveLength(1);
  });
});

describe('the ledger is asked for what is wanted, once', () => {
  it('keys that come twice', async () => {
    const { records, reads } = begin(0);
    await records.jobs.write('a', JOB, undefined);
    const found = await records.jobs.read(['a', 'b', 'a']);
    expect(reads).toEqual([['a', 'b']]);
    expect(found('a')).toEqual({ kind: 'found', record: JOB, version: 'v1' });
    expect(found('b')).toEqual({ kind: 'absent' });
    expect(() => found('c')).toThrow('The ledger was not asked for c');
  });

  it('for nothing it is not asked; out of reach, it answers so for each key', async () => {
    const { records, reads } = begin(0, { ...memoryLedger(), read: async () => undefined });
    await records.jobs.read([]);
    expect(reads).toEqual([]);
    expect((await records.jobs.read(['a']))('a')).toEqual({ kind: 'unreachable' });
  });
});

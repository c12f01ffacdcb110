import { describe, expect, it } from 'vitest';
import { readKnown } from '../../shared/control/read-known.ts';
import type { BlockState } from '../../shared/ledger/block-record.ts';
import type { JobRecord } from '../../shared/ledger/job-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { startRecords } from '../support/records-room.ts';

const claimedFor = (part: string): JobRecord => ({
  newest: idAt(1),
  operation: 'dli.run',
  claim: { block: part, index: 0, invocation: 'theirs', at: 0, until: 0 },
});

const written: BlockState = {
  invocation: 'theirs',
  verdicts: [],
  published: new Set(),
  requests: new Map([[0, maybeServed('theirs')]]),
  ends: new Map(),
};

/**
 * A ledger that knows of four jobs: `free` has no record, `begun` has a claim and its block no record yet, `ended` has
 * both, `other` too.
 */
const begin = async (trouble: (ledger: Ledger) => Partial<Ledger> = () => ({})) => {
  const memory = memoryLedger();
  const { records } = startRecords(memory);
  for (const job of ['begun', 'ended', 'other'])
    await records.jobs.write(job, claimedFor(`block of ${job}`), undefined);
  for (const job of ['ended', 'other'])
    await records.blocks.write(`block of ${job}`, written, undefined);
  const reads: (readonly string[])[] = [];
  const ledger: Ledger = { ...memory, ...trouble(memory) };
  const kept: Ledger = {
    ...ledger,
    read: (keys) => {
      reads.push(keys);
      return ledger.read(keys);
    },
  };
  const rewrite = async (key: string) =>
    memory.write(
      { key, body: '{"v":2}', version: 'theirs', expiresAt: 0 },
      memory.entries.get(key)?.version,
    );
  return {
    read: (...keys: string[]) => readKnown(startRecords(kept).records, keys),
    reads,
    rewrite,
  };
};

describe('what the ledger knows of jobs', () => {
  it('is their records, and then those of the blocks that their claims are for', async () => {
    const { read, reads } = await begin();
    const known = await read('free', 'begun', 'ended');
    expect([...known]).toEqual([
      ['free', { record: undefined, version: undefined, holder: undefined }],
      [
        'begun',
        { record: claimedFor('block of begun'), version: expect.any(String), holder: undefined },
      ],
      [
        'ended',
        { record: claimedFor('block of ended'), version: expect.any(String), holder: written },
      ],
    ]);
    expect(reads).toEqual([
      ['free', 'begun', 'ended'],
      ['block of begun', 'block of ended'],
    ]);
  });

  it.each([
    ['job', 'ended', ['block of other']],
    ['block', 'block of ended', ['block of ended', 'block of other']],
  ])(
    'nothing is known if the record of its %s is of a later release: of that job alone',
    async (_, key, parts) => {
      const { read, reads, rewrite } = await begin();
      await rewrite(key);
      expect([...(await read('ended', 'other')).keys()]).toEqual(['other']);
      expect(reads).toEqual([['ended', 'other'], parts]);
    },
  );

  it.each([
    ['jobs', 'begun'],
    ['blocks', 'block of begun'],
  ])('nothing is known if their %s are out of reach', async (_, key) => {
    const { read } = await begin((ledger) => ({
      read: async (keys) => (keys.includes(key) ? undefined : ledger.read(keys)),
    }));
    expect([...(await read('free', 'begun'))]).toEqual([]);
  });
});

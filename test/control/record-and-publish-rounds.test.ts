import { describe, expect, it } from 'vitest';
import { readBatch } from '../../shared/control/read-batch.ts';
import { makeRecordAndPublish } from '../../shared/control/record-and-publish.ts';
import type { Result } from '../../shared/intent/result.ts';
import { type RecordedVerdict, writeBlock } from '../../shared/ledger/block-record.ts';
import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';
import { message } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { startRecords, theOnly } from '../support/records-room.ts';

const DELIVERED: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: 1,
  settledAt: 2,
};

const THEIRS = writeBlock({
  invocation: 'theirs',
  verdicts: [],
  published: new Set(),
  requests: new Map(),
});

const begin = (inner: Ledger) => {
  const openIntent = theOnly(readBatch([message('m', {})]).openIntents.values());
  const { records, writes } = startRecords(inner);
  const batches: (readonly Result[])[] = [];
  const conclude = makeRecordAndPublish({
    records,
    invocation: 'ours',
    publish: async (results) => {
      batches.push(results);
      return results.map(() => true);
    },
  });
  return { openIntent, conclude, writes, batches };
};

/** A ledger in which others' record stands, and no write of ours gets through. */
const held = (written: 'lost' | 'unknown', theirs: 'there' | 'gone' | 'out of reach'): Ledger => ({
  read: async ([key = '']) => {
    if (theirs === 'out of reach') return undefined;
    const entry: Entry = { key, version: 'theirs', body: THEIRS };
    return new Map(theirs === 'there' ? [[key, entry]] : []);
  },
  write: async () => written,
});

describe('a verdict that cannot be recorded is not published, and the tries are bounded', () => {
  it.each([
    ['others write between any two tries of ours', 'lost', 'there', 10],
    ['what others wrote cannot be read', 'lost', 'out of reach', 1],
    ['the record is gone', 'lost', 'gone', 1],
    ['the ledger does not say if it was written', 'unknown', 'there', 1],
  ] as const)('%s', async (_, written, theirs, tries) => {
    const { openIntent, conclude, writes, batches } = begin(held(written, theirs));
    openIntent.settleOpen(DELIVERED);
    expect(await conclude([openIntent])).toEqual([]);
    expect([writes.length, batches]).toEqual([tries, []]);
  });

  it('the fifth try is as good as the first', async () => {
    const memory = memoryLedger();
    let others = 4;
    const { openIntent, conclude, batches } = begin({
      read: memory.read,
      write: async (entry, seen) => {
        if (others-- > 0)
          await memory.write({ ...entry, version: `theirs ${others}`, body: THEIRS }, seen);
        return memory.write(entry, seen);
      },
    });
    openIntent.settleOpen(DELIVERED);
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(batches).toHaveLength(1);
  });
});

describe('the bus hears of news alone', () => {
  it('nothing is said where there is none', async () => {
    const { openIntent, conclude, batches } = begin(memoryLedger());
    expect(await conclude([openIntent])).toEqual([]);
    openIntent.settleOpen(DELIVERED);
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(batches).toHaveLength(1);
  });
});

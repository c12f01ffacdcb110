import { describe, expect, it } from 'vitest';
import { makeConclude } from '../../shared/control/conclude.ts';
import { openParts } from '../../shared/control/open-parts.ts';
import { settleOpen } from '../../shared/control/part.ts';
import type { Entry, Ledger } from '../../shared/core/ledger.ts';
import { type Sealed, writePart } from '../../shared/core/part-record.ts';
import type { Result } from '../../shared/core/result.ts';
import { startBook, theOnly } from '../support/book-room.ts';
import { message } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const DELIVERED: Sealed = { outcome: 'delivered', evidence: 'keyed', calledAt: 1, settledAt: 2 };

const THEIRS = writePart({
  invocation: 'theirs',
  verdicts: [],
  published: new Set(),
  asked: new Map(),
});

const begin = (inner: Ledger) => {
  const part = theOnly(openParts([message('m', {})]).parts.values());
  const { book, writes } = startBook(inner);
  const batches: (readonly Result[])[] = [];
  const conclude = makeConclude({
    book,
    invocation: 'ours',
    publish: async (results) => {
      batches.push(results);
      return results.map(() => true);
    },
  });
  return { part, conclude, writes, batches };
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

describe('a verdict that cannot be recorded is not published, and nobody tries for ever', () => {
  it.each([
    ['others write between any two tries of ours', 'lost', 'there', 5],
    ['nobody can tell what others wrote', 'lost', 'out of reach', 1],
    ['the record is gone', 'lost', 'gone', 1],
    ['the ledger does not say if it was written', 'unknown', 'there', 1],
  ] as const)('%s', async (_, written, theirs, tries) => {
    const { part, conclude, writes, batches } = begin(held(written, theirs));
    settleOpen(part, DELIVERED);
    expect(await conclude([part])).toEqual([]);
    expect([writes.length, batches]).toEqual([tries, []]);
  });

  it('the fifth try is as good as the first', async () => {
    const memory = memoryLedger();
    let others = 4;
    const { part, conclude, batches } = begin({
      read: memory.read,
      write: async (entry, seen) => {
        if (others-- > 0)
          await memory.write({ ...entry, version: `theirs ${others}`, body: THEIRS }, seen);
        return memory.write(entry, seen);
      },
    });
    settleOpen(part, DELIVERED);
    expect(await conclude([part])).toEqual([part]);
    expect(batches).toHaveLength(1);
  });
});

describe('the bus hears of news alone', () => {
  it('nothing is said where there is none', async () => {
    const { part, conclude, batches } = begin(memoryLedger());
    expect(await conclude([part])).toEqual([]);
    settleOpen(part, DELIVERED);
    expect(await conclude([part])).toEqual([part]);
    expect(await conclude([part])).toEqual([part]);
    expect(batches).toHaveLength(1);
  });
});

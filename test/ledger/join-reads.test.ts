import { describe, expect, it } from 'vitest';
import { joinReads } from '../../shared/ledger/join-reads.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const entryOf = (key: string) => ({ key, version: 'v1', body: key, expiresAt: 1 });

const begin = async (reads?: Ledger['read']) => {
  const inner = memoryLedger();
  for (const key of ['a', 'b', 'c']) await inner.write(entryOf(key), undefined);
  const asked: (readonly string[])[] = [];
  const ledger = joinReads({
    ...inner,
    read: async (keys) => {
      asked.push(keys);
      return reads ? reads(keys) : inner.read(keys);
    },
  });
  const bodies = async (...keys: readonly string[]) => {
    const held = await ledger.read(keys);
    return held && [...held.values()].map(({ body }) => body);
  };
  return { ledger, bodies, asked };
};

describe('reads of one turn go out together', () => {
  it('each reader gets what its own keys hold', async () => {
    const { bodies, asked } = await begin();
    const read = await Promise.all([bodies('a', 'b'), bodies('b', 'x'), bodies(), bodies('c')]);
    expect(read).toEqual([['a', 'b'], ['b'], [], ['c']]);
    expect(asked).toEqual([['a', 'b', 'x', 'c']]);
  });

  it('a later read asks again', async () => {
    const { ledger, bodies, asked } = await begin();
    expect(await bodies('a')).toEqual(['a']);
    expect(await ledger.write({ ...entryOf('a'), body: 'new', version: 'v2' }, 'v1')).toBe(
      'written',
    );
    expect(await bodies('a')).toEqual(['new']);
    expect(asked).toHaveLength(2);
  });

  it('if the ledger is out of reach, each reader learns it', async () => {
    const { bodies } = await begin(async () => undefined);
    expect(await Promise.all([bodies('a'), bodies('b')])).toEqual([undefined, undefined]);
  });

  it('if it fails, each reader fails, and the next read is a new one', async () => {
    let fails = true;
    const { bodies } = await begin(async () => {
      if (fails) throw new Error('down');
      return new Map();
    });
    const failed = await Promise.allSettled([bodies('a'), bodies('b')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await bodies('a')).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import type { Ledger, Written } from '../../shared/ledger/ledger.ts';
import { measuredLedger } from '../../shared/ledger/measured-ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const ENTRY = { key: 'a', version: 'v1', body: 'b', expiresAt: 0 };

const measured = (inner: Ledger) => {
  const failures: unknown[] = [];
  const ledger = measuredLedger(inner, (...told) => failures.push(told));
  return { ledger, failures };
};

it('a read and a write that the ledger does not answer count as one failure each', async () => {
  const { ledger, failures } = measured({
    read: async () => undefined,
    write: async (): Promise<Written> => 'unknown',
  });
  expect(await ledger.read(['a'])).toBeUndefined();
  expect(failures).toEqual([['LedgerFailures', 1]]);
  expect(await ledger.write(ENTRY, undefined)).toBe('unknown');
  expect(failures).toEqual([
    ['LedgerFailures', 1],
    ['LedgerFailures', 1],
  ]);
});

it('an answer passes through, and a write that was lost is one', async () => {
  const { ledger, failures } = measured(memoryLedger());
  expect(await ledger.write(ENTRY, undefined)).toBe('written');
  expect(await ledger.write(ENTRY, undefined)).toBe('lost');
  expect((await ledger.read(['a']))?.get('a')?.body).toBe('b');
  expect(failures).toEqual([]);
});

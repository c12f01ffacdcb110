import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLazyLedger, openLedger } from '../../shared/edge/lazy-ledger.ts';
import { readLedgerConfig } from '../../shared/edge/ledger-config.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const ENTRY = { key: 'k', version: 'v', body: 'b', expiresAt: 4_102_444_800 };

describe('a ledger that is opened at its first use', () => {
  it('is opened once', async () => {
    let opened = 0;
    const open = async (): Promise<Ledger> => {
      opened += 1;
      return memoryLedger();
    };
    const ledger = makeLazyLedger(open, keptLog().log);
    expect(opened).toBe(0);
    await Promise.all([ledger.read(['k']), ledger.write(ENTRY, undefined)]);
    expect((await ledger.read(['k']))?.get('k')?.body).toBe('b');
    expect(opened).toBe(1);
  });

  it('is out of reach while it cannot be opened, and is tried again', async () => {
    const { log, lines } = keptLog();
    let isBroken = true;
    const open = async (): Promise<Ledger> => {
      if (isBroken) throw new Error('no such file');
      return memoryLedger();
    };
    const ledger = makeLazyLedger(open, log);
    expect(await ledger.read(['k'])).toBeUndefined();
    expect(await ledger.write(ENTRY, undefined)).toBe('unknown');
    expect(JSON.stringify(lines)).toContain('no such file');
    isBroken = false;
    expect(await ledger.write(ENTRY, undefined)).toBe('written');
  });

  it('is a file of SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lazy-'));
    const file = join(folder, 'ledger.sqlite');
    const options = { file, dynamoDb: {}, now: Date.now, log: keptLog().log };
    expect(await (await openLedger(options)).write(ENTRY, undefined)).toBe('written');
    expect((await (await openLedger(options)).read(['k']))?.get('k')?.body).toBe('b');
    rmSync(folder, { recursive: true });
  });
});

describe('where the ledger of accept-http is', () => {
  it('a table or a file', () => {
    expect(readLedgerConfig({ LEDGER_TABLE: 't' })).toEqual({ table: 't' });
    expect(readLedgerConfig({ LEDGER_FILE: 'f' })).toEqual({ file: 'f' });
  });

  it.each([{}, { LEDGER_TABLE: 't', LEDGER_FILE: 'f' }])('not both, nor neither: %j', (some) => {
    expect(() => readLedgerConfig(some)).toThrow(
      'LEDGER_TABLE or LEDGER_FILE must be set, and not both',
    );
  });

  it('a special endpoint beside a URL is refused', () => {
    const some = { LEDGER_TABLE: 't', AWS_USE_FIPS_ENDPOINT: 'true' };
    expect(() =>
      readLedgerConfig({ ...some, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1' }),
    ).toThrow('AWS_USE_FIPS_ENDPOINT cannot be true');
  });
});

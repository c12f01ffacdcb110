import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LedgerFile {
  readonly path: string;
  readonly stop: () => Promise<void>;
}

/**
 * The ledger's file: under `dataDir`, or a temporary one that the stack deletes. It is always a file, because the
 * functions that share it run in threads of their own.
 */
export const provideLedgerFile = (dataDir: string | undefined): LedgerFile => {
  if (dataDir !== undefined) {
    mkdirSync(dataDir, { recursive: true });
    return { path: join(dataDir, 'ledger.sqlite'), stop: async () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'job-fanin-'));
  return {
    path: join(folder, 'ledger.sqlite'),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

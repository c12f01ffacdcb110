import type { DatabaseSync } from 'node:sqlite';
import { joinCalls } from '../batching/join-calls.ts';
import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import type { Entry, Ledger, NewEntry, Written } from './ledger.ts';

/** Milliseconds that a write waits for another thread's. */
const BUSY_TIMEOUT = 5_000;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS ledger (
    key TEXT PRIMARY KEY, version TEXT NOT NULL, body TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const PAUSE_MS = 5;

interface Writing {
  readonly entry: NewEntry;
  readonly seen: string | undefined;
}

/**
 * Switching a new file to WAL fails at once, whatever the timeout, while another thread does the same: it is tried anew
 * until the patience is at its end.
 */
const makeReady = (database: DatabaseSync, patienceMs: number): void => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      database.exec(SCHEMA);
      return;
    } catch (error) {
      if (performance.now() >= deadline || !errorText(error).includes('locked')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
};

export interface SqliteLedger extends Ledger {
  readonly close: () => void;
}

/**
 * The ledger in one SQLite file, which several threads and processes may open; `:memory:` for one alone. What is
 * written survives the end of the process. Throws if the file cannot be opened.
 */
export const openSqliteLedger = (
  file: string,
  {
    log,
    now,
    busyTimeoutMs = BUSY_TIMEOUT,
  }: { log: Log; now: () => number; busyTimeoutMs?: number },
): SqliteLedger => {
  // Loaded where it is used: on Lambda no file is opened, and the module is not free.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
  // From the first statement on: several threads may open a new file at once.
  const database: DatabaseSync = new Database(file, { timeout: busyTimeoutMs });
  makeReady(database, busyTimeoutMs);
  database.prepare('DELETE FROM ledger WHERE expires_at < ?').run(Math.floor(now() / 1_000));
  const select = database.prepare('SELECT key, version, body FROM ledger WHERE key = ?');
  const insert = database.prepare(
    'INSERT INTO ledger (key, version, body, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE ledger SET version = ?, body = ?, expires_at = ? WHERE key = ? AND version = ?',
  );
  const writeOne = ({ entry: { key, version, body, expiresAt }, seen }: Writing): Written => {
    const { changes } =
      seen === undefined
        ? insert.run(key, version, body, expiresAt)
        : update.run(version, body, expiresAt, key, seen);
    return changes === 1 ? 'written' : 'lost';
  };
  const inOneTransaction = (writes: readonly Writing[]): readonly Written[] => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const written = writes.map(writeOne);
      database.exec('COMMIT');
      return written;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  /** What is written in the same turn goes to the disk at once: a transaction costs more than a row. */
  const writeAll = joinCalls(async (writes: readonly Writing[]): Promise<readonly Written[]> => {
    try {
      return inOneTransaction(writes);
    } catch (error) {
      log.warn('ledger not written', { records: writes.length, reason: errorText(error) });
      return writes.map(() => 'unknown');
    }
  });
  return {
    read: async (keys) => {
      try {
        const entries = keys.flatMap((key) => (select.get(key) as Entry | undefined) ?? []);
        return new Map(entries.map((entry) => [entry.key, entry]));
      } catch (error) {
        log.warn('ledger not read', { keys: keys.length, reason: errorText(error) });
        return undefined;
      }
    },
    write: async (entry, seen) => {
      const [written = 'unknown'] = await writeAll([{ entry, seen }]);
      return written;
    },
    close: () => database.close(),
  };
};

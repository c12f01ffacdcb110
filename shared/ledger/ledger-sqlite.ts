import type { DatabaseSync } from 'node:sqlite';
import { joinCalls } from '../batching/join-calls.ts';
import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import { troubleOf } from '../json/trouble.ts';
import type { Entry, Ledger, NewEntry, Written } from './ledger.ts';

/** Milliseconds that a write waits for one of another thread. */
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
 * Makes the table. While another thread switches a new file to WAL, SQLite fails at once, whatever its own timeout. So we
 * try again for `patienceMs`.
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

/** Opens a file with the table in it. Throws if that is not possible. */
const openDatabase = (file: string, busyTimeoutMs: number): DatabaseSync => {
  // Loaded here and not on top: on Lambda no file is opened, and loading the module takes time.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
  // The timeout counts from the first statement on: several threads may open a new file at once.
  const database: DatabaseSync = new Database(file, { timeout: busyTimeoutMs });
  makeReady(database, busyTimeoutMs);
  return database;
};

/** Reads one key. */
const makeReadOne = (database: DatabaseSync) => {
  const select = database.prepare('SELECT version, body FROM ledger WHERE key = ?');
  return (key: string): readonly Entry[] => {
    const row = select.get(key);
    return row === undefined ? [] : [{ key, version: String(row.version), body: String(row.body) }];
  };
};

/** Writes one entry, if its key still holds the version that was seen. */
const makeWriteOne = (database: DatabaseSync) => {
  const insert = database.prepare(
    'INSERT INTO ledger (key, version, body, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE ledger SET version = ?, body = ?, expires_at = ? WHERE key = ? AND version = ?',
  );
  return ({ entry: { key, version, body, expiresAt }, seen }: Writing): Written => {
    const { changes } =
      seen === undefined
        ? insert.run(key, version, body, expiresAt)
        : update.run(version, body, expiresAt, key, seen);
    return changes === 1 ? 'written' : 'lost';
  };
};

const inOneTransaction = <Result>(database: DatabaseSync, work: () => Result): Result => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

export interface SqliteLedger extends Ledger {
  readonly close: () => void;
}

export interface SqliteOptions {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly busyTimeoutMs?: number;
}

/**
 * The ledger in one SQLite file, which several threads and processes may open; `:memory:` for one alone. What is written
 * outlives the process. Throws if the file cannot be opened.
 */
export const openSqliteLedger = (
  file: string,
  { log, now, busyTimeoutMs = BUSY_TIMEOUT }: SqliteOptions,
): SqliteLedger => {
  const database = openDatabase(file, busyTimeoutMs);
  database.prepare('DELETE FROM ledger WHERE expires_at < ?').run(Math.floor(now() / 1_000));
  const readOne = makeReadOne(database);
  const writeOne = makeWriteOne(database);
  // All writes of one turn of the event loop share a transaction, since a transaction costs more than a row.
  const writeTogether = joinCalls(
    async (writes: readonly Writing[]): Promise<readonly Written[]> => {
      try {
        return inOneTransaction(database, () => writes.map(writeOne));
      } catch (error) {
        log.warn('ledger not written', { records: writes.length, ...troubleOf(error) });
        return writes.map(() => 'unknown');
      }
    },
  );
  return {
    read: async (keys) => {
      try {
        return new Map(keys.flatMap(readOne).map((entry) => [entry.key, entry]));
      } catch (error) {
        log.warn('ledger not read', { keys: keys.length, ...troubleOf(error) });
        return undefined;
      }
    },
    write: async (entry, seen) => {
      const [written = 'unknown'] = await writeTogether([{ entry, seen }]);
      return written;
    },
    close: () => database.close(),
  };
};

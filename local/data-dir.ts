import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { blame } from './blame.ts';

export interface DataDir {
  /** Lets the next process have it. */
  readonly stop: () => Promise<void>;
}

/** SQLite's primary result code of a lock that another has. https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

/**
 * Keeps every other process out of a `DATA_DIR`: two would send each other's messages twice and delete each other's keys. The
 * lock is the operating system's own, by a transaction that is held open: it goes with the process, however that ends. Throws
 * `MisconfiguredError`, which names the directory and who has it, if another process does, or if the directory cannot be used.
 */
export const lockDataDir = (dataDir: string): DataDir => {
  const owner = join(dataDir, 'lock.txt');
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    database = new DatabaseSync(join(dataDir, 'lock.sqlite'));
    database.exec('BEGIN EXCLUSIVE');
    writeFileSync(owner, `process ${process.pid} on ${hostname()}`);
  } catch (error) {
    database?.close();
    if (!isBusy(error)) return blame('DATA_DIR')(error);
    throw new MisconfiguredError(
      `DATA_DIR ${dataDir} is in use by ${nameIn(owner)}: end that one first, or set DATA_DIR to another directory.`,
    );
  }
  const held = database;
  return {
    stop: async () => {
      if (!held.isOpen) return;
      rmSync(owner, { force: true });
      held.close();
    },
  };
};

/** Only for people to read: what it says was true when it was written. */
const nameIn = (owner: string): string => {
  try {
    return readFileSync(owner, 'utf8').slice(0, 300);
  } catch {
    return 'another process';
  }
};

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MisconfiguredError } from '../shared/json/settings.ts';
import { unusable } from './unusable-setting.ts';

export interface DataDir {
  /** Writes the front's address into `address.txt`, for the command line to find. */
  readonly tellAddress: (url: string) => void;
  /** Gives the directory up to the next process. */
  readonly stop: () => Promise<void>;
}

/** SQLite's result code where another process holds the lock. https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

/**
 * Keeps every other process out of a `DATA_DIR`: two processes would send each message twice and delete each other's keys.
 * The lock is an open transaction, so the operating system ends it with the process. Throws `MisconfiguredError` if another
 * process has the directory, and names both; also if the directory cannot be used.
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
    if (!isBusy(error)) return unusable('DATA_DIR')(error);
    throw new MisconfiguredError(
      `DATA_DIR ${dataDir} is in use by ${nameIn(owner)}: end that one first, or set DATA_DIR to another directory.`,
    );
  }
  const held = database;
  const address = join(dataDir, 'address.txt');
  return {
    tellAddress: (url) => writeFileSync(address, `${url}\n`),
    stop: async () => {
      if (!held.isOpen) return;
      rmSync(owner, { force: true });
      rmSync(address, { force: true });
      held.close();
    },
  };
};

/** For people to read. It may be out of date. */
const nameIn = (owner: string): string => {
  try {
    return readFileSync(owner, 'utf8').slice(0, 300);
  } catch {
    return 'another process';
  }
};

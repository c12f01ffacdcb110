import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/ledger-sqlite.ts';
import type { LedgerWork } from '../support/ledger-worker.ts';
import type { LockWork } from '../support/lock-worker.ts';
import { keptLog } from '../support/logs.ts';

let folder: string;
let files = 0;
const newFile = (): string => join(folder, `${++files}.sqlite`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const NOW = Date.parse('2026-01-31T12:00:00Z');
const SECOND = Math.floor(NOW / 1_000);

const open = (file: string, busyTimeoutMs = 20) => {
  const { log, lines } = keptLog();
  return { ...openSqliteLedger(file, { log, now: () => NOW, busyTimeoutMs }), lines };
};

const entry = (key: string, version = 'v1', expiresAt = SECOND + 60) => ({
  key,
  version,
  body: `${key} ${version}`,
  expiresAt,
});

/** Another connection that holds the only right to write, as a writer that never ends. */
const lock = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
};

describe('threads share one file', () => {
  it('a new one, opened by all at once: nothing is lost, and nothing twice', async () => {
    const [THREADS, ROUNDS] = [4, 50];
    const file = newFile();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const ownOf = (thread: number) => Array.from({ length: 20 }, (_, i) => `${thread}/${i}`);
    const workers = Array.from({ length: THREADS }, (_, thread) => {
      const workerData: LedgerWork = {
        file,
        own: ownOf(thread),
        counter: 'all',
        rounds: ROUNDS,
        gate,
      };
      return new Worker(new URL('../support/ledger-worker.ts', import.meta.url), { workerData });
    });
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const done = workers.map((worker) => once(worker, 'message'));
    const exited = workers.map((worker) => once(worker, 'exit'));
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await Promise.all([...done, ...exited]);

    const { read, close } = open(file);
    const keys = workers.flatMap((_, thread) => ownOf(thread));
    expect([...((await read(keys)) ?? new Map()).keys()]).toEqual(keys);
    expect((await read(['all']))?.get('all')?.body).toBe(String(THREADS * ROUNDS));
    close();
  });
});

describe('a file that another keeps locked', () => {
  it('what is there can be read, nothing is known to be written, and nothing thrown', async () => {
    const file = newFile();
    const { read, write, close, lines } = open(file);
    await write(entry('a'), undefined);
    const other = lock(file);
    expect(await write(entry('b'), undefined)).toBe('unknown');
    expect(await write(entry('a', 'v2'), 'v1')).toBe('unknown');
    expect((await read(['a', 'b']))?.size).toBe(1);
    expect(lines.map(({ event, level }) => [event, level])).toEqual([
      ['ledger not written', 'warn'],
      ['ledger not written', 'warn'],
    ]);
    other.close();
    expect(await write(entry('a', 'v2'), 'v1')).toBe('written');
    close();
  });

  it('for a while only: a write waits for its turn', async () => {
    const file = newFile();
    const { write, close, lines } = open(file, 60_000);
    const workerData: LockWork = { file, ms: 100 };
    const other = new Worker(new URL('../support/lock-worker.ts', import.meta.url), { workerData });
    await once(other, 'message');
    const exited = once(other, 'exit');
    expect(await write(entry('a'), undefined)).toBe('written');
    expect(lines).toEqual([]);
    await exited;
    close();
  });

  it('cannot be opened: it says so, after a while', () => {
    const file = newFile();
    open(file).close();
    lock(file);
    expect(() => open(file)).toThrow(/locked/);
  });

  it('a file that is no database is told of as well', () => {
    const file = newFile();
    writeFileSync(file, 'no database at all '.repeat(100));
    expect(() => open(file)).toThrow(/not a database/);
    expect(() => open(join(folder, 'nowhere', 'x.sqlite'))).toThrow(/unable to open/);
  });

  it('one that is closed is out of reach', async () => {
    const { read, write, close, lines } = open(newFile());
    close();
    expect(await read(['a'])).toBeUndefined();
    expect(await write(entry('a'), undefined)).toBe('unknown');
    expect(lines).toHaveLength(2);
  });
});

describe('what is written stays', () => {
  it('over close and open', async () => {
    const file = newFile();
    const first = open(file);
    await first.write(entry('a'), undefined);
    await first.write(entry('a', 'v2'), 'v1');
    first.close();
    const { read, write, close } = open(file);
    expect((await read(['a']))?.get('a')).toMatchObject({ version: 'v2', body: 'a v2' });
    expect(await write(entry('a'), undefined)).toBe('lost');
    close();
  });

  it('until it is expired: then the next to open the file forgets it', async () => {
    const file = newFile();
    const first = open(file);
    await first.write(entry('old', 'v1', SECOND - 1), undefined);
    await first.write(entry('last', 'v1', SECOND), undefined);
    await first.write(entry('renewed', 'v1', SECOND - 1), undefined);
    await first.write(entry('renewed', 'v2', SECOND + 60), 'v1');
    expect((await first.read(['old', 'last', 'renewed']))?.size).toBe(3);
    first.close();
    const { read, close } = open(file);
    expect([...((await read(['old', 'last', 'renewed'])) ?? new Map()).keys()]).toEqual([
      'last',
      'renewed',
    ]);
    close();
  });
});

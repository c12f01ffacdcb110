import pLimit from 'p-limit';
import { type CoolDown, readCoolDown, writeCoolDown } from '../core/cool-down.ts';
import { type JobRecord, readJob, writeJob } from '../core/job-record.ts';
import { type KeyRecord, readKey, writeKey } from '../core/key-record.ts';
import type { Ledger, Written } from '../core/ledger.ts';
import type { Log } from '../core/log.ts';
import { type NameRecord, readNames, writeNames } from '../core/name-record.ts';
import { type PartState, readPart, writePart } from '../core/part-record.ts';

/** A record and the version of the ledger's entry that it was read from. */
export interface Seen<Record> {
  /** Undefined: of a version that this release does not know, so nothing may be concluded from it. */
  readonly record: Record | undefined;
  readonly version: string;
}

/** Whether there is a record that says nothing to this release: then whoever wrote it has to go on. */
export const isForeign = (seen: Seen<unknown> | undefined): boolean =>
  seen !== undefined && seen.record === undefined;

/** The ledger as the control loop reads and writes it: records for texts. */
export interface Book {
  /** Undefined: the ledger is out of reach. Keys that hold nothing are left out. */
  readonly jobs: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<JobRecord>> | undefined>;
  readonly parts: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<PartState>> | undefined>;
  readonly coolDowns: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<CoolDown>> | undefined>;
  readonly keys: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<KeyRecord>> | undefined>;
  readonly names: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<NameRecord>> | undefined>;
  readonly writeKey: (key: string, record: KeyRecord) => Promise<Written>;
  readonly writeNames: (
    key: string,
    record: NameRecord,
    seen: string | undefined,
  ) => Promise<Written>;
  /** Resolves to the version written, where it was. */
  readonly writeCoolDown: (
    key: string,
    record: CoolDown,
    seen: string | undefined,
  ) => Promise<readonly [Written, version: string]>;
  readonly writeJob: (key: string, record: JobRecord, seen: string | undefined) => Promise<Written>;
  readonly writePart: (
    key: string,
    state: PartState,
    seen: string | undefined,
  ) => Promise<readonly [Written, version: string]>;
}

/** Writes under way at once in one invocation. */
const CONCURRENCY = 32;

export interface BookOptions {
  readonly newVersion: () => string;
  readonly now: () => number;
  /** Seconds that a record is kept after its last change. */
  readonly keepSeconds: number;
  readonly log: Log;
}

/** Some of the keys, so that a line stays one. */
const MOST_KEYS = 10;

export const makeBook = (
  ledger: Ledger,
  { newVersion, now, keepSeconds, log }: BookOptions,
): Book => {
  const slots = pLimit(CONCURRENCY);
  const readAll = async <Record>(
    keys: readonly string[],
    read: (text: string) => Record | undefined,
  ): Promise<ReadonlyMap<string, Seen<Record>> | undefined> => {
    if (keys.length === 0) return new Map();
    const entries = await ledger.read([...new Set(keys)]);
    if (entries === undefined) return undefined;
    const seen = new Map<string, Seen<Record>>();
    for (const { key, version, body } of entries.values())
      seen.set(key, { record: read(body), version });
    tellOfUnknown([...seen].flatMap(([key, { record }]) => (record === undefined ? [key] : [])));
    return seen;
  };
  const tellOfUnknown = (keys: readonly string[]): void => {
    if (keys.length === 0) return;
    log.warn('records of an unknown version', {
      records: keys.length,
      keys: keys.slice(0, MOST_KEYS),
      advice: 'deploy the release that wrote them; until then what they are about stays queued',
    });
  };
  const write = (key: string, version: string, body: string, seen: string | undefined) => {
    const expiresAt = Math.floor(now() / 1_000) + keepSeconds;
    return slots(ledger.write, { key, version, body, expiresAt }, seen);
  };
  return {
    jobs: (keys) => readAll(keys, readJob),
    parts: (keys) => readAll(keys, readPart),
    coolDowns: (keys) => readAll(keys, readCoolDown),
    keys: (keys) => readAll(keys, readKey),
    names: (keys) => readAll(keys, readNames),
    writeKey: (key, record) => write(key, newVersion(), writeKey(record), undefined),
    writeNames: (key, record, seen) => write(key, newVersion(), writeNames(record), seen),
    writeCoolDown: async (key, record, seen) => {
      const version = newVersion();
      return [await write(key, version, writeCoolDown(record), seen), version];
    },
    writeJob: (key, record, seen) => write(key, newVersion(), writeJob(record), seen),
    writePart: async (key, state, seen) => {
      const version = newVersion();
      return [await write(key, version, writePart(state), seen), version];
    },
  };
};

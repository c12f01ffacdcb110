import pLimit from 'p-limit';
import type { Log } from '../json/log.ts';
import { type BlockState, readBlock, writeBlock } from './block-record.ts';
import { type JobRecord, readJob, writeJob } from './job-record.ts';
import { type KeyRecord, readKey, writeKey } from './key-record.ts';
import type { Ledger, Written } from './ledger.ts';
import { type NameRecord, readNames, writeNames } from './name-record.ts';

/** A record and the version of the ledger's entry that it was read from. */
export interface Seen<Record> {
  /** Undefined: of a version that this release does not know, so nothing may be concluded from it. */
  readonly record: Record | undefined;
  readonly version: string;
}

/** Whether there is a record that says nothing to this release: then the release that wrote it has to go on. */
export const isForeign = (seen: Seen<unknown> | undefined): boolean =>
  seen !== undefined && seen.record === undefined;

/** How one kind of record is written as a text. `read`: undefined if the text is of a version that this release does not know. */
export interface Codec<Record> {
  readonly read: (text: string) => Record | undefined;
  readonly write: (record: Record) => string;
}

/** All records of one kind. */
export interface Shelf<Record> {
  /** Undefined: the ledger is out of reach. Keys that hold nothing are left out. */
  readonly read: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<Record>> | undefined>;
  /** Writes only if the entry still has the version that was seen. Resolves to the new version, too. */
  readonly write: (
    key: string,
    record: Record,
    seen: string | undefined,
  ) => Promise<readonly [Written, version: string]>;
}

/** The ledger as records instead of texts. */
export interface Records {
  readonly jobs: Shelf<JobRecord>;
  readonly blocks: Shelf<BlockState>;
  readonly keys: Shelf<KeyRecord>;
  readonly names: Shelf<NameRecord>;
  /** Records that another room keeps. */
  readonly of: <Record>(codec: Codec<Record>) => Shelf<Record>;
}

/** Writes under way at once in one invocation. */
const CONCURRENCY = 32;

export interface RecordsOptions {
  readonly newVersion: () => string;
  readonly now: () => number;
  /** Seconds that a record is kept after its last change. */
  readonly keepSeconds: number;
  readonly log: Log;
}

/** Some of the keys, so that a line stays one. */
const MOST_KEYS = 10;

export const makeRecords = (
  ledger: Ledger,
  { newVersion, now, keepSeconds, log }: RecordsOptions,
): Records => {
  const slots = pLimit(CONCURRENCY);
  const tellOfUnknown = (keys: readonly string[]): void => {
    if (keys.length === 0) return;
    log.warn('records of an unknown version', {
      records: keys.length,
      keys: keys.slice(0, MOST_KEYS),
      advice: 'deploy the release that wrote them; until then what they are about stays queued',
    });
  };
  const of = <Record>(codec: Codec<Record>): Shelf<Record> => ({
    read: async (keys) => {
      if (keys.length === 0) return new Map();
      const entries = await ledger.read([...new Set(keys)]);
      if (entries === undefined) return undefined;
      const seen = new Map<string, Seen<Record>>();
      for (const { key, version, body } of entries.values())
        seen.set(key, { record: codec.read(body), version });
      tellOfUnknown([...seen].flatMap(([key, { record }]) => (record === undefined ? [key] : [])));
      return seen;
    },
    write: async (key, record, seen) => {
      const version = newVersion();
      const expiresAt = Math.floor(now() / 1_000) + keepSeconds;
      const entry = { key, version, body: codec.write(record), expiresAt };
      return [await slots(ledger.write, entry, seen), version];
    },
  });
  return {
    jobs: of({ read: readJob, write: writeJob }),
    blocks: of({ read: readBlock, write: writeBlock }),
    keys: of({ read: readKey, write: writeKey }),
    names: of({ read: readNames, write: writeNames }),
    of,
  };
};

import pLimit from 'p-limit';
import { type CoolDown, readCoolDown, writeCoolDown } from '../core/cool-down.ts';
import { type JobRecord, readJob, writeJob } from '../core/job-record.ts';
import type { Ledger, Written } from '../core/ledger.ts';
import { type PartState, readPart, writePart } from '../core/part-record.ts';
import { MisconfiguredError } from '../core/settings.ts';

/** A record and the version of the ledger's entry that it was read from. */
export interface Seen<Record> {
  readonly record: Record;
  readonly version: string;
}

/** The ledger as the control loop reads and writes it: records for texts. */
export interface Book {
  /** Undefined: the ledger is out of reach. Throws `MisconfiguredError` on a record of a version that is not known here. */
  readonly jobs: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<JobRecord>> | undefined>;
  readonly parts: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<PartState>> | undefined>;
  /** Resolves to the version written, where it was. */
  readonly coolDowns: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, Seen<CoolDown>> | undefined>;
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
}

export const makeBook = (ledger: Ledger, { newVersion, now, keepSeconds }: BookOptions): Book => {
  const slots = pLimit(CONCURRENCY);
  const readAll = async <Record>(
    keys: readonly string[],
    read: (text: string) => Record | undefined,
  ): Promise<ReadonlyMap<string, Seen<Record>> | undefined> => {
    if (keys.length === 0) return new Map();
    const entries = await ledger.read([...new Set(keys)]);
    if (entries === undefined) return undefined;
    const seen = new Map<string, Seen<Record>>();
    for (const { key, version, body } of entries.values()) {
      const record = read(body);
      if (record === undefined) {
        throw new MisconfiguredError(
          `The ledger's record ${key} is of a version that this release does not know: deploy the release that wrote it`,
        );
      }
      seen.set(key, { record, version });
    }
    return seen;
  };
  const write = (key: string, version: string, body: string, seen: string | undefined) => {
    const expiresAt = Math.floor(now() / 1_000) + keepSeconds;
    return slots(ledger.write, { key, version, body, expiresAt }, seen);
  };
  return {
    jobs: (keys) => readAll(keys, readJob),
    parts: (keys) => readAll(keys, readPart),
    coolDowns: (keys) => readAll(keys, readCoolDown),
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

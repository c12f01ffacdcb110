import type { Log } from '../json/log.ts';
import { type BlockState, readBlock, writeBlock } from './block-record.ts';
import { type JobRecord, readJob, writeJob } from './job-record.ts';
import { type KeyRecord, readKey, writeKey } from './key-record.ts';
import type { Entry, Freshness, Ledger, Written } from './ledger.ts';
import { type NameRecord, readNames, writeNames } from './name-record.ts';

/** What the ledger answers about one key. `version` is that of the ledger's entry. */
export type LedgerAnswer<Record> =
  /** The ledger could not be read. It may hold a record. */
  | { readonly kind: 'unreachable' }
  /** Another release wrote a record that this one cannot read. So this one concludes nothing, and leaves the work to it. */
  | { readonly kind: 'foreign'; readonly version: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'found'; readonly record: Record; readonly version: string };

/** The answers to one question. Throws for a key that was not asked for. */
export type LedgerAnswers<Record> = (key: string) => LedgerAnswer<Record>;

/** The version that a write over this answer must have seen. Undefined: the ledger must hold nothing. */
export const versionIn = (answer: LedgerAnswer<unknown>): string | undefined =>
  'version' in answer ? answer.version : undefined;

/** How one kind of record is written as a text. */
export interface Codec<Record> {
  /** Undefined if this release does not know the version of the text. */
  readonly read: (text: string) => Record | undefined;
  readonly write: (record: Record) => string;
}

/** All records of one kind. */
export interface RecordStore<Record> {
  readonly read: (keys: readonly string[], freshness?: Freshness) => Promise<LedgerAnswers<Record>>;
  /** Writes only if the entry still has the version `seen`. Resolves to the new version, too. */
  readonly write: (
    key: string,
    record: Record,
    seen: string | undefined,
  ) => Promise<readonly [Written, version: string]>;
}

/** The ledger as records instead of texts. */
export interface Records {
  readonly jobs: RecordStore<JobRecord>;
  readonly blocks: RecordStore<BlockState>;
  readonly keys: RecordStore<KeyRecord>;
  readonly names: RecordStore<NameRecord>;
  /** Records that another room keeps. */
  readonly of: <Record>(codec: Codec<Record>) => RecordStore<Record>;
}

export interface RecordsOptions {
  readonly newVersion: () => string;
  readonly now: () => number;
  /** Seconds that a record is kept after its last change. */
  readonly keepSeconds: number;
  readonly log: Log;
}

/** A log line names at most so many keys. */
const MOST_KEYS = 10;

const UNREACHABLE = { kind: 'unreachable' } as const;
const ABSENT = { kind: 'absent' } as const;

const answersTo = <Record>(
  keys: readonly string[],
  entries: ReadonlyMap<string, Entry> | undefined,
  read: Codec<Record>['read'],
): ReadonlyMap<string, LedgerAnswer<Record>> =>
  new Map(
    keys.map((key): [string, LedgerAnswer<Record>] => {
      if (entries === undefined) return [key, UNREACHABLE];
      const entry = entries.get(key);
      if (entry === undefined) return [key, ABSENT];
      const { body, version } = entry;
      const record = read(body);
      return record === undefined
        ? [key, { kind: 'foreign', version }]
        : [key, { kind: 'found', record, version }];
    }),
  );

const warnOfForeign = (log: Log, answers: ReadonlyMap<string, LedgerAnswer<unknown>>): void => {
  const keys = [...answers].flatMap(([key, { kind }]) => (kind === 'foreign' ? [key] : []));
  if (keys.length === 0) return;
  log.warn('records of an unknown version', {
    records: keys.length,
    keys: keys.slice(0, MOST_KEYS),
    advice:
      'deploy the release that wrote them; until then the messages that need them stay queued',
  });
};

const readAll = async <Record>(
  ledger: Ledger,
  log: Log,
  keys: readonly string[],
  read: Codec<Record>['read'],
  freshness: Freshness | undefined,
): Promise<LedgerAnswers<Record>> => {
  const asked = [...new Set(keys)];
  const entries =
    asked.length === 0 ? new Map<string, Entry>() : await ledger.read(asked, freshness);
  const answers = answersTo(asked, entries, read);
  warnOfForeign(log, answers);
  return (key) => {
    const answer = answers.get(key);
    if (answer === undefined) throw new Error(`The ledger was not asked for ${key}`);
    return answer;
  };
};

export const makeRecords = (
  ledger: Ledger,
  { newVersion, now, keepSeconds, log }: RecordsOptions,
): Records => {
  const of = <Record>({ read, write }: Codec<Record>): RecordStore<Record> => ({
    read: (keys, freshness) => readAll(ledger, log, keys, read, freshness),
    write: async (key, record, seen) => {
      const version = newVersion();
      const expiresAt = Math.floor(now() / 1_000) + keepSeconds;
      const entry = { key, version, body: write(record), expiresAt };
      return [await ledger.write(entry, seen), version];
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

import { type LedgerAnswer, type RecordStore, versionIn } from '../ledger/records.ts';
import { type RequestRecord, requestKeyOf } from '../ledger/request-record.ts';
import type { KeyOf } from './wish-key.ts';

/** What makes a request known again. */
export interface RepeatedBy {
  readonly caller: string;
  /** A digest of the route and the body. The caller's own key stands for this alone. */
  readonly digest: string;
  /** A digest of what a replay asks for, if it is another than `digest`. */
  readonly wish?: string;
  /** The caller's own `Idempotency-Key`. */
  readonly idempotencyKey?: string | undefined;
  /** Equal for a repeat of this very request: its signature, its webhook id, or the hash of its body. */
  readonly replayKey?: string | undefined;
}

/** The entries of one request in the ledger, each with the version that was seen there. */
export type Entries = ReadonlyMap<string, string | undefined>;

/** What the ledger remembers of a request. */
export type Remembered =
  /** Nothing. It may begin. */
  | { readonly kind: 'new'; readonly entries: Entries }
  /** It was accepted as this intent. */
  | { readonly kind: 'queued'; readonly record: RequestRecord }
  /** It is being accepted, or the function died meanwhile. */
  | { readonly kind: 'begun'; readonly record: RequestRecord; readonly entries: Entries }
  /** The key was used for another request. */
  | { readonly kind: 'reused' }
  /** The ledger does not tell. */
  | { readonly kind: 'unreachable' };

/** What became of a beginning. `lost`: another request was first. `unknown`: the ledger did not say. */
export type Begun =
  | { readonly kind: 'begun' | 'unknown'; readonly entries: Entries }
  | { readonly kind: 'lost' };

/** The memory of requests, in the ledger. */
export interface RequestMemory {
  readonly recall: (repeatedBy: RepeatedBy) => Promise<Remembered>;
  /** Writes that a request is in progress. Of several that begin at once, one alone has begun. */
  readonly begin: (entries: Entries, record: RequestRecord) => Promise<Begun>;
  /** Writes how it ended. If that fails, a repeat comes to the same end after the lease. */
  readonly end: (entries: Entries, record: RequestRecord) => Promise<void>;
}

/**
 * The keys of a request. The replay comes first, since it is begun first. A replay asks for the same, so the digest of that is
 * part of its key. A caller's own key is one key, whatever the body.
 */
const keysOf = (
  { caller, digest, wish = digest, idempotencyKey, replayKey }: RepeatedBy,
  keyOf: KeyOf,
): readonly { readonly key: string; readonly isOwn: boolean }[] => {
  const keyed = (...names: readonly string[]): string =>
    requestKeyOf(keyOf(JSON.stringify([caller, ...names])));
  return [
    ...(replayKey === undefined ? [] : [{ key: keyed('replay', replayKey, wish), isOwn: false }]),
    ...(idempotencyKey === undefined ? [] : [{ key: keyed('key', idempotencyKey), isOwn: true }]),
  ];
};

/** The record, unless the request is forgotten. The table deletes its items late. */
const liveIn = (answer: LedgerAnswer<RequestRecord>, now: number): RequestRecord | undefined =>
  answer.kind === 'found' && now < answer.record.forgetAt ? answer.record : undefined;

const recallAll = async (
  store: RecordStore<RequestRecord>,
  keys: ReturnType<typeof keysOf>,
  digest: string,
  now: () => number,
): Promise<Remembered> => {
  const answers = await store.read(keys.map(({ key }) => key));
  const told = keys.map((one) => ({ ...one, answer: answers(one.key) }));
  if (told.some(({ answer: { kind } }) => kind === 'unreachable' || kind === 'foreign'))
    return { kind: 'unreachable' };
  const entries = new Map(told.map(({ key, answer }) => [key, versionIn(answer)]));
  const records = told.flatMap(({ answer, isOwn }) => {
    const record = liveIn(answer, now());
    return record === undefined ? [] : [{ record, isOwn }];
  });
  // The caller's own key decides. It was begun last.
  const found = records.at(-1);
  if (found === undefined) return { kind: 'new', entries };
  const { record, isOwn } = found;
  if (isOwn && record.digest !== digest) return { kind: 'reused' };
  return record.isQueued ? { kind: 'queued', record } : { kind: 'begun', record, entries };
};

/** Writes the entries one after another, so that the first decides which request has begun. */
const beginAll = async (
  store: RecordStore<RequestRecord>,
  entries: Entries,
  record: RequestRecord,
): Promise<Begun> => {
  const begun = new Map<string, string>();
  let kind: 'begun' | 'unknown' = 'begun';
  for (const [key, seen] of entries) {
    const [written, version] = await store.write(key, record, seen);
    if (written === 'lost') return { kind: 'lost' };
    if (written === 'unknown') kind = 'unknown';
    begun.set(key, version);
  }
  return { kind, entries: begun };
};

/** Makes the memory of requests. `keyOf` is a digest, so that no key of a caller stands in the ledger. */
export const makeRequestMemory = (
  store: RecordStore<RequestRecord>,
  keyOf: KeyOf,
  now: () => number,
): RequestMemory => ({
  recall: (repeatedBy) => recallAll(store, keysOf(repeatedBy, keyOf), repeatedBy.digest, now),
  begin: (entries, record) => beginAll(store, entries, record),
  end: async (entries, record) => {
    await Promise.all([...entries].map(([key, seen]) => store.write(key, record, seen)));
  },
});

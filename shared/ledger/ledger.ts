/** One record of the ledger, as a text by its key. Every write has a version of its own. */
export interface Entry {
  readonly key: string;
  readonly version: string;
  readonly body: string;
}

export interface NewEntry extends Entry {
  /** Seconds since 1970. From then on the ledger may forget the entry. */
  readonly expiresAt: number;
}

/**
 * `lost`: the key no longer held the version that was seen. `unknown`: the ledger did not say. The entry may be written, so act
 * as if it was not, and do not conclude that another invocation has written.
 */
export type Written = 'written' | 'lost' | 'unknown';

/**
 * How fresh the answer of a read is. `now`: every write is in it that has returned. `may be late`: what each key held at some
 * moment before, or nothing if it held nothing then; seldom more than a second ago, without a bound. It costs half.
 */
export type Freshness = 'now' | 'may be late';

/** The port to the ledger: texts by key. A text is replaced only by a writer that has seen its last version. */
export interface Ledger {
  /** What the keys hold, `now` by default. Keys that hold nothing are left out. Undefined: unreachable. */
  readonly read: (
    keys: readonly string[],
    freshness?: Freshness,
  ) => Promise<ReadonlyMap<string, Entry> | undefined>;
  /**
   * Writes an entry if its key still holds the version `seen`, or nothing if that is undefined. A write that took effect and
   * whose reply was lost is recognised by its version, and is `written`.
   */
  readonly write: (entry: NewEntry, seen: string | undefined) => Promise<Written>;
}

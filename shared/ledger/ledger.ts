/** One record of the ledger, as its key and a text. Every write has a version of its own. */
export interface Entry {
  readonly key: string;
  readonly version: string;
  readonly body: string;
}

export interface NewEntry extends Entry {
  /** Seconds since 1970: the ledger may forget it from then on. */
  readonly expiresAt: number;
}

/** `unknown`: the ledger did not say. It may have been written, so act as if it was not, and never as if it was lost for good. */
export type Written = 'written' | 'lost' | 'unknown';

/** The port to whatever keeps the ledger: keyed texts, each replaced only by those who saw its last version. */
export interface Ledger {
  /** What the keys hold now, as of every write that has returned; keys that hold nothing are left out. Undefined: out of reach. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Entry> | undefined>;
  /**
   * Writes an entry if its key still holds the version `seen`, or nothing where that is undefined. A write that had
   * its effect but lost its reply is found out by its version, and is `written`.
   */
  readonly write: (entry: NewEntry, seen: string | undefined) => Promise<Written>;
}

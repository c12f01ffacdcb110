import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';

/** The ledger's laws over a map, for tests that are not about its adapters. */
export const memoryLedger = (): Ledger & { readonly entries: ReadonlyMap<string, Entry> } => {
  const entries = new Map<string, Entry>();
  return {
    entries,
    read: async (keys) =>
      new Map(keys.flatMap((key) => entries.get(key) ?? []).map((entry) => [entry.key, entry])),
    write: async (entry, seen) => {
      if (entries.get(entry.key)?.version !== seen) return 'lost';
      entries.set(entry.key, entry);
      return 'written';
    },
  };
};

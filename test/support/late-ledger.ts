import type { Entry, Freshness, Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from './memory-ledger.ts';

/** A read of the ledger: how fresh it had to be, and the first part of each key, once. */
export type SeenRead = readonly [freshness: Freshness, kinds: string];

/**
 * A ledger whose late reads tell what it held when they caught up last: at first nothing. It keeps which kinds of records
 * were read in which way.
 */
export const lateLedger = () => {
  const memory = memoryLedger();
  const reads: SeenRead[] = [];
  let then: ReadonlyMap<string, Entry> = new Map();
  const ledger: Ledger = {
    ...memory,
    read: async (keys, freshness = 'now') => {
      reads.push([freshness, [...new Set(keys.map((key) => key.split('/')[0]))].join()]);
      const held = freshness === 'now' ? memory.entries : then;
      return new Map(keys.flatMap((key) => held.get(key) ?? []).map((entry) => [entry.key, entry]));
    },
  };
  return {
    ledger,
    entries: memory.entries,
    reads,
    catchUp: (): void => {
      then = new Map(memory.entries);
    },
  };
};

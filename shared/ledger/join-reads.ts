import { joinCalls } from '../batching/join-calls.ts';
import type { Entry, Ledger } from './ledger.ts';

/** What a read tells of one key. */
type Told = { readonly entry: Entry | undefined } | 'unreachable';

/**
 * A ledger whose reads of one turn of the event loop go out together. So a delivery of many intents costs few requests. Law:
 * each reader gets what its own keys hold now. No answer is late, also where it may be.
 */
export const joinReads = (ledger: Ledger): Ledger => {
  const readTogether = joinCalls(async (keys: readonly string[]): Promise<readonly Told[]> => {
    const held = await ledger.read([...new Set(keys)]);
    return keys.map((key) => (held === undefined ? 'unreachable' : { entry: held.get(key) }));
  });
  return {
    write: ledger.write,
    read: async (keys) => {
      const told = await readTogether(keys);
      const entries = told.flatMap((one) => (one === 'unreachable' ? [] : [one.entry]));
      if (entries.length < told.length) return undefined;
      return new Map(entries.flatMap((entry) => (entry === undefined ? [] : [[entry.key, entry]])));
    },
  };
};

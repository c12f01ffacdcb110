import type { Entry, Ledger, NewEntry, Written } from '../../shared/ledger/ledger.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import { exchange, type Life, type Trip, type Wire } from './wire.ts';

const SLOWEST_MS = 2_000;

/** The entries, each replaced only by a writer who saw its version. */
const makeTable = ({ schedule, random, weather }: Wire) => {
  const entries = new Map<string, Entry>();
  const put = ({ key, version, body }: NewEntry, seen: string | undefined): Written => {
    if (entries.get(key)?.version !== seen) return 'lost';
    entries.set(key, { key, version, body });
    return 'written';
  };
  return {
    read: (keys: readonly string[]): ReadonlyMap<string, Entry> =>
      new Map(
        keys.flatMap((key) => {
          const entry = entries.get(key);
          return entry === undefined ? [] : [[key, entry] as const];
        }),
      ),
    write: (entry: NewEntry, seen: string | undefined): Written => {
      if (weather.strikes('not written')) return 'unknown';
      if (weather.strikes('written late, and not told')) {
        schedule.after(random.between(1, 10_000), () => put(entry, seen));
        return 'unknown';
      }
      const written = put(entry, seen);
      return weather.strikes('written, but not told') ? 'unknown' : written;
    },
  };
};

/**
 * The ledger's laws over a map, behind a wire that loses requests and replies. A write without a reply may land seconds
 * later, under the same condition.
 */
export const makeLedgerModel = (wire: Wire, { tell }: Chronicle) => {
  const { weather } = wire;
  const table = makeTable(wire);
  /** Some requests take seconds, there or back. Other invocations can do all their work meanwhile. */
  const trip = (invocation: Invocation): Trip => {
    if (!weather.strikes('ledger slow')) return { longest: 20 };
    invocation.faults++;
    return { longest: SLOWEST_MS };
  };
  return {
    openFor: (life: Life, invocation: Invocation): Ledger => ({
      read: (keys) =>
        exchange(wire, life, trip(invocation), () => {
          if (!weather.strikes('not read')) return table.read(keys);
          invocation.faults++;
          return undefined;
        }),
      write: (entry, seen) =>
        exchange(wire, life, trip(invocation), () => {
          const written = table.write(entry, seen);
          if (written === 'written' && entry.key.startsWith('job/'))
            tell({ kind: 'claimed', invocation, key: entry.key.slice('job/'.length) });
          if (written !== 'written') invocation.conflicts++;
          return written;
        }),
    }),
  };
};

import type { Entry, Ledger, NewEntry, Written } from '../../shared/core/ledger.ts';
import type { Invocation } from './chronicle.ts';
import { exchange, type Life, type Wire } from './wire.ts';

/**
 * The ledger's laws over a map, behind a wire on which requests and replies get lost. A write that nobody heard of may
 * land seconds later, under the same condition.
 */
export const makeLedgerModel = (wire: Wire) => {
  const { schedule, random, weather } = wire;
  const entries = new Map<string, Entry>();
  const put = ({ key, version, body }: NewEntry, seen: string | undefined): Written => {
    if (entries.get(key)?.version !== seen) return 'lost';
    entries.set(key, { key, version, body });
    return 'written';
  };
  const serveWrite = (entry: NewEntry, seen: string | undefined): Written => {
    if (weather.strikes('not written')) return 'unknown';
    if (weather.strikes('written late, and not told')) {
      schedule.after(random.between(1, 10_000), () => put(entry, seen));
      return 'unknown';
    }
    const written = put(entry, seen);
    return weather.strikes('written, but not told') ? 'unknown' : written;
  };
  return {
    openFor: (life: Life, invocation: Invocation): Ledger => ({
      read: (keys) =>
        exchange(wire, life, { longest: 20 }, () => {
          if (weather.strikes('not read')) {
            invocation.faults++;
            return undefined;
          }
          return new Map(
            keys.flatMap((key) => {
              const entry = entries.get(key);
              return entry === undefined ? [] : [[key, entry] as const];
            }),
          );
        }),
      write: (entry, seen) =>
        exchange(wire, life, { longest: 20 }, () => {
          const written = serveWrite(entry, seen);
          if (written !== 'written') invocation.conflicts++;
          return written;
        }),
    }),
  };
};

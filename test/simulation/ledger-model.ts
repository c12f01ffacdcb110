import type { Entry, Ledger, NewEntry, Written } from '../../shared/ledger/ledger.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import { exchange, type Life, type Trip, type Wire } from './wire.ts';

const SLOWEST_MS = 2_000;

/**
 * The ledger's laws over a map, behind a wire on which requests and replies get lost. A write that nobody heard of may
 * land seconds later, under the same condition.
 */
export const makeLedgerModel = (wire: Wire, { tell }: Chronicle) => {
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
  /** Some requests take seconds, there or back: long enough for others to do their whole work meanwhile. */
  const trip = (invocation: Invocation): Trip => {
    if (!weather.strikes('ledger slow')) return { longest: 20 };
    invocation.faults++;
    return { longest: SLOWEST_MS };
  };
  return {
    openFor: (life: Life, invocation: Invocation): Ledger => ({
      read: (keys) =>
        exchange(wire, life, trip(invocation), () => {
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
        exchange(wire, life, trip(invocation), () => {
          const written = serveWrite(entry, seen);
          if (written === 'written' && entry.key.startsWith('job/'))
            tell({ kind: 'claimed', invocation, key: entry.key.slice('job/'.length) });
          if (written !== 'written') invocation.conflicts++;
          return written;
        }),
    }),
  };
};

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

interface Writing {
  readonly entry: NewEntry;
  readonly seen: string | undefined;
  readonly tell: (written: Written) => void;
}

/** The entries that one request holds. It names no key twice. */
const BATCH = 25;

const inBatches = (writings: readonly Writing[]): readonly (readonly Writing[])[] => {
  const batches: Writing[][] = [];
  for (const writing of writings) {
    const takes = (batch: readonly Writing[]): boolean =>
      batch.length < BATCH && batch.every(({ entry }) => entry.key !== writing.entry.key);
    const batch = batches.find(takes);
    if (batch === undefined) batches.push([writing]);
    else batch.push(writing);
  }
  return batches;
};

/** Sends all writes of one moment together. */
const makeWriteTogether = (
  { schedule }: Wire,
  send: (batch: readonly Writing[]) => Promise<readonly Written[]>,
): Ledger['write'] => {
  let open: Writing[] = [];
  const flush = (): void => {
    const batches = inBatches(open);
    open = [];
    for (const batch of batches)
      void send(batch).then((written) => {
        for (const [i, { tell }] of batch.entries()) tell(written[i] ?? 'unknown');
      });
  };
  return (entry, seen) =>
    new Promise((tell) => {
      if (open.length === 0) schedule.after(0, flush);
      open.push({ entry, seen, tell });
    });
};

/**
 * The ledger's laws over a map, behind a wire that loses requests and replies, whole batches of writes and single ones. A
 * write without a reply may land seconds later, under the same condition.
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
  const writeBatch = (batch: readonly Writing[]): readonly Written[] => {
    if (weather.strikes('batch not written')) return batch.map(() => 'unknown');
    const written = batch.map(({ entry, seen }) => table.write(entry, seen));
    return weather.strikes('batch written, but not told') ? batch.map(() => 'unknown') : written;
  };
  const serveBatch = (batch: readonly Writing[], invocation: Invocation): readonly Written[] => {
    const written = writeBatch(batch);
    for (const [i, { entry }] of batch.entries()) {
      if (written[i] === 'written' && entry.key.startsWith('job/'))
        tell({ kind: 'claimed', invocation, key: entry.key.slice('job/'.length) });
      if (written[i] !== 'written') invocation.conflicts++;
    }
    return written;
  };
  return {
    openFor: (life: Life, invocation: Invocation): Ledger => ({
      read: (keys) =>
        exchange(wire, life, trip(invocation), () => {
          if (!weather.strikes('not read')) return table.read(keys);
          invocation.faults++;
          return undefined;
        }),
      write: makeWriteTogether(wire, (batch) =>
        exchange(wire, life, trip(invocation), () => serveBatch(batch, invocation)),
      ),
    }),
  };
};

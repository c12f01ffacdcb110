import type { Entry, Freshness, Ledger, NewEntry, Written } from '../../shared/ledger/ledger.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import type { Random } from './random.ts';
import { exchange, type Life, type Trip, type Wire } from './wire.ts';

const SLOWEST_MS = 2_000;

/** The longest that a late read is late in most histories, and in some, in milliseconds. */
const LATE_MS = 1_000;
const VERY_LATE_MS = [15_000, 60_000] as const;

/**
 * How late late reads are in one history: each item of each read by itself. Most are late by a second at most. In some
 * histories many are late by far more. Some draws tell what is there now, as most late reads do.
 */
const makeLateness = (random: Random) => {
  const longest = random.chance(0.5) ? LATE_MS : random.pick(VERY_LATE_MS);
  const often = random.pick([0.05, 0.5, 1]);
  return (): number => random.between(0, random.chance(often) ? longest : LATE_MS);
};

/** An entry, and when it was written, in milliseconds since 1970. */
interface Version {
  readonly entry: Entry;
  readonly at: number;
}

/** The entries, each replaced only by a writer who saw its version. It keeps what they held before, for late reads. */
const makeTable = ({ schedule, random, weather }: Wire, lateBy: () => number) => {
  const histories = new Map<string, Version[]>();
  const held = (key: string): Entry | undefined => histories.get(key)?.at(-1)?.entry;
  const put = ({ key, version, body }: NewEntry, seen: string | undefined): Written => {
    if (held(key)?.version !== seen) return 'lost';
    const history = histories.get(key) ?? [];
    histories.set(key, history);
    history.push({ entry: { key, version, body }, at: schedule.now() });
    return 'written';
  };
  /** What the key held some time ago. */
  const heldBefore = (key: string): Entry | undefined => {
    const then = schedule.now() - lateBy();
    return histories.get(key)?.findLast(({ at }) => at <= then)?.entry;
  };
  return {
    /** Whether the key held this within the last while. */
    heldWithin: (key: string, entry: Entry | undefined, ms: number): boolean => {
      const history = histories.get(key) ?? [];
      const next = history[history.findIndex((version) => version.entry === entry) + 1];
      return next === undefined || next.at >= schedule.now() - ms;
    },
    read: (keys: readonly string[], freshness: Freshness = 'now'): ReadonlyMap<string, Entry> =>
      new Map(
        keys.flatMap((key) => {
          const entry = freshness === 'now' ? held(key) : heldBefore(key);
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

/** A read that is later than this is trouble of the ledger: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html */
const USUAL_MS = 5_000;

/**
 * Counts the conflicts of one invocation. If a job is claimed after a claim that a read was to blame for which was late as
 * usual, that is no excuse for a call more.
 */
const makeConflicts = (
  invocation: Invocation,
  { heldWithin }: Pick<ReturnType<typeof makeTable>, 'heldWithin'>,
) => {
  const misread = new Set<string>();
  const refused = new Set<string>();
  return {
    noteRead: (told: ReadonlyMap<string, Entry>, held: ReadonlyMap<string, Entry>): void => {
      for (const key of new Set([...told.keys(), ...held.keys()]))
        if (told.get(key) !== held.get(key) && heldWithin(key, told.get(key), USUAL_MS))
          misread.add(key);
    },
    noteWrite: (key: string, written: Written): void => {
      if (written === 'written') invocation.conflicts -= Number(refused.delete(key));
      else invocation.conflicts++;
      if (written === 'lost' && misread.delete(key)) refused.add(key);
    },
  };
};

type Conflicts = ReturnType<typeof makeConflicts>;

const writeBatch = (
  { weather }: Wire,
  table: ReturnType<typeof makeTable>,
  batch: readonly Writing[],
): readonly Written[] => {
  if (weather.strikes('batch not written')) return batch.map(() => 'unknown');
  const written = batch.map(({ entry, seen }) => table.write(entry, seen));
  return weather.strikes('batch written, but not told') ? batch.map(() => 'unknown') : written;
};

/**
 * The ledger's laws over a map, behind a wire that loses requests and replies, whole batches of writes and single ones. A
 * write without a reply may land seconds later, under the same condition. A late read tells what was there before. `random`
 * draws how late.
 */
export const makeLedgerModel = (wire: Wire, { tell }: Chronicle, random: Random) => {
  const { weather } = wire;
  const table = makeTable(wire, makeLateness(random));
  /** Some requests take seconds, there or back. Other invocations can do all their work meanwhile. */
  const trip = (invocation: Invocation): Trip => {
    if (!weather.strikes('ledger slow')) return { longest: 20 };
    invocation.faults++;
    return { longest: SLOWEST_MS };
  };
  const serveBatch = (
    batch: readonly Writing[],
    invocation: Invocation,
    { noteWrite }: Conflicts,
  ): readonly Written[] => {
    const written = writeBatch(wire, table, batch);
    for (const [i, { entry }] of batch.entries()) {
      noteWrite(entry.key, written[i] ?? 'unknown');
      if (written[i] === 'written' && entry.key.startsWith('job/'))
        tell({ kind: 'claimed', invocation, key: entry.key.slice('job/'.length) });
    }
    return written;
  };
  return {
    openFor: (life: Life, invocation: Invocation): Ledger => {
      const conflicts = makeConflicts(invocation, table);
      return {
        read: (keys, freshness) =>
          exchange(wire, life, trip(invocation), () => {
            const told = weather.strikes('not read') ? undefined : table.read(keys, freshness);
            if (told === undefined) invocation.faults++;
            else conflicts.noteRead(told, table.read(keys));
            return told;
          }),
        write: makeWriteTogether(wire, (batch) =>
          exchange(wire, life, trip(invocation), () => serveBatch(batch, invocation, conflicts)),
        ),
      };
    },
  };
};

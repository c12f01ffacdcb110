import type { Entry, Ledger } from '../../../shared/ledger/ledger.ts';
import type { Breakage } from '../simulate.ts';
import { type Broken, rewritten } from './broken.ts';

/** A ledger that returns some entries changed, or not at all. */
const withEntries =
  (show: (entry: Entry) => Entry | undefined) =>
  (ledger: Ledger): Ledger => ({
    ...ledger,
    read: async (keys, freshness) => {
      const entries = await ledger.read(keys, freshness);
      return (
        entries &&
        new Map(
          [...entries].flatMap(([key, entry]) => {
            const shown = show(entry);
            return shown === undefined ? [] : [[key, shown] as const];
          }),
        )
      );
    },
  });

/** A ledger whose answers may all be late, under some keys. */
const late = (ledger: Ledger, isMeant: (key: string) => boolean): Ledger => ({
  ...ledger,
  read: async (keys, freshness) => {
    const meant = keys.filter(isMeant);
    const others = keys.filter((key) => !isMeant(key));
    const answers = await Promise.all([
      ...(meant.length > 0 ? [ledger.read(meant, 'may be late')] : []),
      ...(others.length > 0 ? [ledger.read(others, freshness)] : []),
    ]);
    const told = answers.filter((answer) => answer !== undefined);
    return told.length < answers.length ? undefined : new Map(told.flatMap((one) => [...one]));
  },
});

/** A ledger that overwrites what others wrote, under some keys. */
const overwriting = (ledger: Ledger, isMeant: (key: string) => boolean): Ledger => ({
  ...ledger,
  write: async (entry, seen) => {
    const written = await ledger.write(entry, seen);
    if (written !== 'lost' || !isMeant(entry.key)) return written;
    const held = await ledger.read([entry.key]);
    return ledger.write(entry, held?.get(entry.key)?.version);
  },
});

const isPart = (key: string): boolean => key.startsWith('intent/');

const isJob = (key: string): boolean => key.startsWith('job/');

const ledgerThat = (change: (ledger: Ledger) => Ledger): Breakage => ({
  edges: (edges) => ({ ...edges, ledger: change(edges.ledger) }),
});

/** Control loops with a broken ledger. */
export const BROKEN_LEDGER: readonly Broken[] = [
  {
    name: 'forgets recorded verdicts',
    breaks: ['P2 one verdict'],
    breakage: ledgerThat((ledger) =>
      withEntries((entry) => (isPart(entry.key) ? undefined : entry))(overwriting(ledger, isPart)),
    ),
  },
  {
    name: 'publishes before it records',
    breaks: ['P2 one verdict'],
    breakage: ledgerThat((ledger) => ({
      ...ledger,
      write: async (entry, seen) => {
        if (!isPart(entry.key)) return ledger.write(entry, seen);
        void ledger.write(entry, seen);
        return 'written';
      },
    })),
  },
  {
    name: 'makes no claim',
    breaks: ['P3 nothing stale'],
    breakage: ledgerThat((ledger) =>
      withEntries((entry) => (isJob(entry.key) ? undefined : entry))(overwriting(ledger, isJob)),
    ),
  },
  {
    name: 'takes a claim that another invocation holds',
    breaks: ['P4 nothing blind'],
    breakage: ledgerThat((ledger) => overwriting(ledger, isJob)),
  },
  {
    name: 'repeats blindly: takes an unanswered call for one without effect',
    breaks: ['P4 nothing blind'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isPart(entry.key)
          ? { ...entry, body: rewritten(entry.body, (part) => Object.assign(part, { asked: [] })) }
          : entry,
      ),
    ),
  },
  {
    name: 'ends a claim as soon as a look shows the effect of its call',
    from: 13_380,
    breaks: ['P3 nothing stale', 'the newest intent is the last', 'P4 nothing blind'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isPart(entry.key)
          ? {
              ...entry,
              body: rewritten(entry.body, (part) => {
                if (Array.isArray(part.asked) && part.asked.length === 0) part.ends = [];
              }),
            }
          : entry,
      ),
    ),
  },
  {
    name: 'forgets the stop before a run',
    breaks: ['a stop is not given up for a run'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isJob(entry.key)
          ? { ...entry, body: entry.body.replace('"dli.stop"', '"dli.run"') }
          : entry,
      ),
    ),
  },
  {
    name: 'says superseded of all waiting runs',
    breaks: ['verdicts are true'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isJob(entry.key)
          ? { ...entry, body: rewritten(entry.body, (job) => Object.assign(job, { newest: 'f' })) }
          : entry,
      ),
    ),
  },
  {
    name: 'takes every late read for what is there now',
    from: 1_600,
    breaks: ['P3 nothing stale'],
    breakage: ledgerThat((ledger) => late(ledger, () => true)),
  },
  {
    name: 'decides more by a late read of a job than to claim it',
    from: 1_260,
    breaks: ['verdicts are true'],
    breakage: ledgerThat((ledger) => late(ledger, isJob)),
  },
  {
    name: 'reads the records of blocks late',
    from: 2_520,
    breaks: ['P3 nothing stale'],
    breakage: ledgerThat((ledger) => late(ledger, isPart)),
  },
  {
    name: 'knows no open breaker',
    from: 80,
    breaks: ['no call while the breaker is open'],
    breakage: ledgerThat(
      withEntries((entry) => (entry.key.startsWith('cool/') ? undefined : entry)),
    ),
  },
];

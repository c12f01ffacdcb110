import { expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, outcomes, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';

const SECOND = 1_000;
const SETTLE = 30 * SECOND;

const silence = { kind: 'silent', reason: 'timeout' } as const;

const isClaim = (key: string, job: string): boolean =>
  key.startsWith('job/') && key.endsWith(`/${job}`);

/** A ledger in which others claim this job first. */
const losing = (ledger: Ledger, job: string): Ledger => ({
  ...ledger,
  write: async (entry, seen) => (isClaim(entry.key, job) ? 'lost' : ledger.write(entry, seen)),
});

/** A ledger in which others claim job 1 first, and that takes its time to claim job 2. */
const slowed = (ledger: Ledger) => {
  const [claims, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { write } = losing(ledger, '1');
  const slow: Ledger = {
    ...ledger,
    write: async (entry, seen) => {
      if (isClaim(entry.key, '2')) {
        claims.resolve();
        await goOn.promise;
      }
      return write(entry, seen);
    },
  };
  return { slow, claims, goOn };
};

it.each<[title: string, afterMs: number, leftMs: number, shows: string]>([
  ['by a look after another call', SETTLE, SETTLE, 'job_init'],
  ['by a look at the first call', SETTLE - 10 * SECOND, 10 * SECOND, 'job_running'],
])(
  'a job that was seen served stays fenced, though others who read before write the record after: %s',
  async (_, afterMs, leftMs, shows) => {
    const clock = { at: Date.parse(NOW) };
    const memory = memoryLedger();
    const status: Record<string, string> = { 1: 'job_init', 2: 'job_init' };
    const common = { now: () => clock.at, statusOf: (job: string) => status[job] };
    const given = () => [message('m', { age: 1, jobs: ['1', '2'] })];

    const silent = { ledger: memory, reply: () => silence };
    const first = startControlRoom({ ...common, ids: 'first', ...silent });
    expect(await first.run(given())).toEqual(['m']);
    clock.at += afterMs;
    Object.assign(status, { 1: shows, 2: shows });

    // Both read the record of the first. The other comes too late for job 1, and takes its time for job 2.
    const { slow, claims, goOn } = slowed(memory);
    const other = startControlRoom({ ...common, ids: 'other', ledger: slow });
    const others = other.run(given());
    await claims.promise;
    // One has job 1 alone: it was served.
    const one = startControlRoom({
      ...common,
      ids: 'one',
      ledger: losing(memory, '2'),
      reply: () => {
        status[1] = 'job_running';
        return silence;
      },
    });
    expect(await one.run(given())).toEqual(['m']);
    expect(outcomes(one.results)).toEqual(['1 delivered']);
    goOn.resolve();
    expect([await others, outcomes(other.results)]).toEqual([[], ['2 delivered']]);

    const newer = startControlRoom({ ...common, ids: 'newer', ledger: memory });
    const stop = () => [message('stop', { age: 2, operation: 'dli.stop', jobs: ['1'] })];
    clock.at += leftMs - 1;
    expect([await newer.run(stop()), newer.calls]).toEqual([['stop'], []]);
    clock.at += 1;
    expect(await newer.run(stop())).toEqual([]);
  },
);

import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { startClock } from '../support/clock.ts';
import {
  agree,
  message,
  outcomes,
  refusal,
  startControlRoom,
  YES,
} from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';
import { inTurns } from '../support/turns.ts';

/** What never comes: where an invocation was when it ended. */
const never = () => new Promise<never>(() => undefined);

/** The lease of the room's claims. */
const LEASE = 60_000;

describe('a message that comes back half done', () => {
  it('calls for the open jobs alone, and publishes only what is not known to be on the bus', async () => {
    let busTakes3 = false;
    const { run, calls, results } = startControlRoom({
      reply: (call) =>
        calls.length > 1 ? agree(call) : replied(400, [YES, refusal('DLI.0013'), YES]),
      publishes: ({ job_id }) => job_id !== '3' || busTakes3,
    });
    const batch = [message('m', { jobs: ['1', '2', '3'] })];
    expect(await run(batch)).toEqual(['m']);
    expect(outcomes(results)).toEqual(['1 delivered']);

    busTakes3 = true;
    expect(await run(batch)).toEqual([]);
    expect(calls.map(({ jobs }) => jobs)).toEqual([['1', '2', '3'], ['2']]);
    expect(outcomes(results)).toEqual(['1 delivered', '2 delivered', '3 delivered']);
  });

  it('and tells of each job what it told the ledger first', async () => {
    let takes = false;
    const { run, results, calls } = startControlRoom({
      reply: () => replied(400, [refusal('DLI.0002')]),
      publishes: () => takes,
    });
    const batch = [message('m', { jobs: ['1'] })];
    await run(batch);
    takes = true;
    expect(await run(batch)).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(results).toMatchObject([
      {
        outcome: 'rejected',
        error: { code: 'DLI.0002', message: 'words' },
        call: { size: 1 },
        settled_at: NOW,
      },
    ]);
  });

  it('given again after it is done, it sends no call and contradicts nothing', async () => {
    const { run, calls, results } = startControlRoom();
    const batch = [message('m', { jobs: ['1', '2'] })];
    await run(batch);
    expect(await run(batch)).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(2);
  });
});

describe('an invocation that ends between recording and publishing', () => {
  it.each([
    ['hangs', never],
    [
      'throws',
      () => {
        throw new Error('the process ends');
      },
    ],
  ])('it %s: the same verdict is published later, without a call', async (_, end) => {
    const { now, pass } = startClock();
    let ends = true;
    const ledger = memoryLedger();
    const { run, calls, results } = startControlRoom({
      now,
      ledger,
      publishes: () => (ends ? end() : true),
    });
    const batch = [message('m', { jobs: ['1'] })];
    run(batch).catch(() => undefined);
    await inTurns(() => expect([...ledger.entries.keys()].join()).toContain('intent/'));
    ends = false;
    pass(LEASE);
    expect(await run(batch)).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(results).toMatchObject([{ outcome: 'delivered', settled_at: NOW, call: { size: 1 } }]);
  });
});

describe('an invocation that ends between the call and recording (P4)', () => {
  /** Ends when it has called, and before the ledger knows more than its claim; then time passes. */
  const begin = async (status: string | undefined, ms: number) => {
    const { now, pass } = startClock();
    const memory = memoryLedger();
    let ends = true;
    const ledger: Ledger = {
      ...memory,
      write: (entry, seen) =>
        ends && entry.key.startsWith('intent/') ? never() : memory.write(entry, seen),
    };
    const room = startControlRoom({ now, ledger, statusOf: () => status });
    const batch = [message('m', { jobs: ['1'] })];
    void room.run(batch);
    await inTurns(() => expect(room.calls).toHaveLength(1));
    ends = false;
    pass(ms);
    return { ...room, staying: await room.run(batch) };
  };

  it('as long as its claim lasts no invocation acts, nor looks', async () => {
    const { staying, calls, looks, results } = await begin('job_running', LEASE - 1);
    expect(staying).toEqual(['m']);
    expect([calls.length, looks, results]).toEqual([1, [], []]);
  });

  it.each(['job_running', 'job_submitting', 'job_downloading', 'job_arrearage_recovering'])(
    'then it is looked at: %s, it took effect',
    async (status) => {
      const { staying, calls, looks, results } = await begin(status, LEASE);
      expect(staying).toEqual([]);
      expect([calls.length, looks]).toEqual([1, [['1']]]);
      expect(results).toMatchObject([{ outcome: 'delivered', evidence: 'observed' }]);
    },
  );

  it.each(['job_init', 'job_cancel_success'])(
    '%s: it had none, and is called again',
    async (status) => {
      const { staying, calls, looks, results } = await begin(status, LEASE);
      expect(staying).toEqual([]);
      expect([calls.length, looks]).toEqual([2, [['1']]]);
      expect(results).toMatchObject([{ outcome: 'delivered', evidence: 'positional' }]);
    },
  );

  it.each([['job_savepointing'], [undefined]])(
    '%s: that does not tell, and it waits',
    async (status) => {
      const { staying, calls, results } = await begin(status, LEASE);
      expect(staying).toEqual(['m']);
      expect([calls.length, results]).toEqual([1, []]);
    },
  );
});

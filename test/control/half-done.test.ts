import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
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

const AT = Date.parse(NOW);
/** The lease of the room's claims. */
const LEASE = 60_000;

/** A clock that stands still until it is moved. */
const startClock = () => {
  let at = AT;
  return {
    now: () => at,
    pass: (ms: number) => {
      at += ms;
    },
  };
};

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

describe('a call without an answer is not sent again before a look (P4)', () => {
  it.each(['dli.run', 'drs.start', 'dli.stop'] as const)('%s', async (operation) => {
    const { now, pass } = startClock();
    let status: string | undefined;
    const { run, calls, looks } = startControlRoom({
      now,
      statusOf: () => status,
      reply: (call) => (calls.length > 1 ? agree(call) : { kind: 'silent', reason: 'timeout' }),
    });
    const batch = [message('m', { operation, jobs: ['1'] })];
    expect(await run(batch)).toEqual(['m']);
    for (let i = 0; i < 5; i++) {
      pass(LEASE);
      expect(await run(batch)).toEqual(['m']);
    }
    expect(looks.length).toBeGreaterThan(0);
    expect(calls).toHaveLength(1);
    status = { 'dli.run': 'job_init', 'dli.stop': 'job_running', 'drs.start': 'CONFIGURATION' }[
      operation
    ];
    pass(LEASE);
    expect(await run(batch)).toEqual([]);
    expect(calls).toHaveLength(2);
  });

  it('a start is not sent again where the status is one that only a started task can have', async () => {
    const statuses: Readonly<Record<string, string>> = {
      'task-a': 'CHILD_TRANSFER_STARTED',
      'task-b': 'REBUILD_NODE_STARTED',
      'task-c': 'NODE_UPGRADE_FAILED',
      'task-d': 'CHILD_TRANSFER_FAILED',
    };
    const { run, calls, results } = startControlRoom({
      statusOf: (job) => statuses[job],
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
    });
    const batch = [message('m', { operation: 'drs.start', jobs: Object.keys(statuses) })];
    expect(await run(batch)).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(outcomes(results)).toEqual(Object.keys(statuses).map((id) => `${id} delivered`));
    for (const result of results) expect(result).toMatchObject({ evidence: 'observed' });
  });

  it('a task that never was is rejected with its code, though its row has no status', async () => {
    const { run, calls, looks, results } = startControlRoom({
      reply: () =>
        replied(400, { results: [{ id: 'task-a', ...refusal('DRS.M00289') }], count: 1 }),
    });
    expect(await run([message('m', { operation: 'drs.start', jobs: ['task-a'] })])).toEqual([]);
    expect([calls.length, looks]).toEqual([1, []]);
    expect(results).toMatchObject([
      { outcome: 'rejected', evidence: 'keyed', error: { code: 'DRS.M00289', message: 'words' } },
    ]);
  });

  it('one that was refused before anything was done is sent again at once', async () => {
    const { run, calls, looks } = startControlRoom({
      reply: (call) => (calls.length > 1 ? agree(call) : replied(400, [refusal('DRS.M01504')])),
    });
    const batch = [message('m', { jobs: ['1'] })];
    expect(await run(batch)).toEqual(['m']);
    expect(await run(batch)).toEqual([]);
    expect([calls.length, looks]).toEqual([2, []]);
  });

  it('and looks never take all the time: what they show is acted on, however many there are', async () => {
    let at = AT;
    let silent = true;
    const room = startControlRoom({
      now: () => at,
      remainingMs: () => deadline - at,
      limits: { leaseMs: LEASE },
      // All of them are under way before the first silence shows an outage.
      callConcurrency: 30,
      reply: (call) => (silent ? { kind: 'silent', reason: 'timeout' } : agree(call)),
      statusOf: () => {
        at += 40;
        return 'job_init';
      },
    });
    const batch = [message('m', { jobs: Array.from({ length: 3_000 }, (_, i) => String(i)) })];
    let deadline = at + 120_000;
    expect(await room.run(batch)).toEqual(['m']);
    silent = false;
    for (let invocation = 1; invocation <= 3; invocation++) {
      at += LEASE;
      deadline = at + 120_000;
      await room.run(batch);
    }
    expect(new Set(room.results.map(({ job_id }) => job_id)).size).toBe(3_000);
  });
});

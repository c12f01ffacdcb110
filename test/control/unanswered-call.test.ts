import { describe, expect, it } from 'vitest';
import { startClock } from '../support/clock.ts';
import { agree, message, outcomes, refusal, startControlRoom } from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
/** The lease of the room's claims. */
const LEASE = 60_000;

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

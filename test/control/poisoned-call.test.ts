import { describe, expect, it } from 'vitest';
import { agree, message, refusal, startControlRoom } from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const LEASE = 150_000;
const JOBS = Array.from({ length: 100 }, (_, i) => String(i));
const POISON = '13';

describe('one job that makes every call with it go unanswered (P7)', () => {
  it.each([
    ['a server in trouble', () => replied(500, '')],
    ['silence', () => ({ kind: 'silent' as const, reason: 'timeout' })],
    ['a server’s error as the client’s', () => replied(400, [refusal('DLI.0999')])],
  ])(
    '%s: the others are rid of it, three of four at the next try, all at the one after',
    async (_, bad) => {
      let at = Date.parse(NOW);
      const delivered = new Set<string>();
      const room = startControlRoom({
        now: () => at,
        limits: { leaseMs: LEASE },
        reply: (call) => (call.jobs.includes(POISON) ? bad() : agree(call)),
        statusOf: () => 'job_init',
        publishes: ({ job_id, outcome }) => {
          if (outcome === 'delivered') delivered.add(job_id);
          return true;
        },
      });
      const batch = [message('m', { jobs: JOBS })];
      const rounds: number[] = [];
      for (let round = 0; round < 5; round++) {
        await room.run(batch);
        rounds.push(delivered.size);
        // The lease is over, and no breaker is open any more.
        at += LEASE + 300_000;
      }
      expect(rounds).toEqual([0, 75, 99, 99, 99]);
      expect(delivered.has(POISON)).toBe(false);
      // The whole, its quarters, the jobs of one of them alone, and two more tries of the one that is to blame.
      expect(room.calls).toHaveLength(1 + 4 + 25 + 2);
    },
  );
});

describe('several jobs that make every call with them go unanswered', () => {
  it('do not starve the others, though three of them in a row close the way', async () => {
    const poison = new Set(['7', '30', '60']);
    let at = Date.parse(NOW);
    const { run, results } = startControlRoom({
      now: () => at,
      limits: { leaseMs: LEASE },
      reply: (call) => (call.jobs.some((job) => poison.has(job)) ? replied(500, '') : agree(call)),
      statusOf: () => 'job_init',
    });
    for (let round = 0; round < 12; round++) {
      await run([message('m', { jobs: JOBS })]);
      at += LEASE + 300_000;
    }
    const delivered = results.filter(({ outcome }) => outcome === 'delivered');
    expect(delivered).toHaveLength(97);
  });
});

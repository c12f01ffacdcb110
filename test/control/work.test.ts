import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { agree, message, outcomes, refusal, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const LEASE = 60_000;
const MS_PER_CALL = 25_000;
const COOL_DOWN_SECONDS = 120;

const silence = { kind: 'silent', reason: 'timeout' } as const;

/** The upstream throttles every request. */
const throttle = replied(429, refusal('APIGW.0308'), { retryAfter: COOL_DOWN_SECONDS });

/** A ledger that keeps the keys that are read. */
const keptReads = (memory: Ledger) => {
  const keys: string[] = [];
  const ledger: Ledger = {
    ...memory,
    read: (some) => {
      keys.push(...some);
      return memory.read(some);
    },
  };
  return { ledger, keys };
};

describe('what a newer intent makes stale is told at once', () => {
  it('though its call may be under way: the newer one looks what became of that', async () => {
    const { run, looks, results } = startControlRoom({ reply: () => silence });
    const old = message('old', { age: 1 });
    expect(await run([old])).toEqual(['old']);
    expect(looks).toEqual([['131']]);
    looks.length = 0;
    const newer = message('newer', { age: 2, operation: 'dli.stop' });
    expect(await run([old, newer])).toEqual(['newer']);
    expect([outcomes(results), looks]).toEqual([['131 superseded'], []]);
  });
});

describe('a batch that nothing could be done for without the ledger', () => {
  it('comes back by name: no request was refused, so the function does not fail', async () => {
    const ledger = { ...memoryLedger(), read: async () => undefined };
    const { run, refusals } = startControlRoom({ ledger });
    expect(await run([message('m', {})])).toEqual(['m']);
    expect(refusals()).toBe(0);
  });
});

describe('a job that has to be looked at first', () => {
  /** One whose call went unanswered a lease ago, in a job that stands still. */
  const begin = async (options: Parameters<typeof startControlRoom>[0] = {}) => {
    let at = AT;
    let isSilent = true;
    const room = startControlRoom({
      now: () => at,
      statusOf: () => 'job_init',
      reply: (call) => (isSilent ? silence : agree(call)),
      ...options,
    });
    await room.run([message('m', { jobs: ['1'] })]);
    room.looks.length = 0;
    [isSilent, at] = [false, at + LEASE];
    return room;
  };

  it('is, and is called, in exactly the time that a call may take', async () => {
    const room = await begin({ remainingMs: () => MS_PER_CALL });
    expect(await room.run([message('m', { jobs: ['1'] })])).toEqual([]);
    expect([room.looks.length, room.calls.length]).toEqual([1, 2]);
  });

  it('comes back soon, if there is no time for that', async () => {
    let remaining = 60_000;
    const room = await begin({ remainingMs: () => remaining, limits: { maxReceives: 1_000 } });
    remaining = 0;
    room.measured();
    expect(await room.run([message('m', { jobs: ['1'] }, 20)])).toEqual(['m']);
    expect([room.looks, room.postponed.get('m')]).toEqual([[], 2]);
    const back = room.measured().filter(({ name }) => name === 'GivenBack');
    expect(back).toMatchObject([{ dimensions: { reason: 'no-time' } }]);
  });

  it.each([
    [17_500, 1],
    [17_501, 0],
  ])(
    'has half of the time for that, its turn included: %i ms from now, %i looks',
    async (ms, looks) => {
      let turnInMs = 0;
      const room = await begin({ remainingMs: () => 60_000, turnInMs: () => turnInMs });
      turnInMs = ms;
      await room.run([message('m', { jobs: ['1'] })]);
      expect(room.looks).toHaveLength(looks);
    },
  );
});

describe('a job that was seen to be served', () => {
  it('is not called again, even if it is not known whether the claim on that was written (P4)', async () => {
    let at = AT;
    let isLost = false;
    let status: string | undefined;
    const memory = memoryLedger();
    const room = startControlRoom({
      now: () => at,
      statusOf: () => status,
      reply: () => silence,
      ledger: {
        ...memory,
        write: async (entry, seen) => {
          const written = await memory.write(entry, seen);
          return isLost && entry.key.startsWith('job/') ? 'unknown' : written;
        },
      },
    });
    const batch = [message('m', { jobs: ['1'] })];
    await room.run(batch);
    [at, isLost, status] = [at + LEASE, true, 'job_running'];
    expect(await room.run(batch)).toEqual(['m']);
    isLost = false;
    expect(await room.run(batch)).toEqual(['m']);
    at += LEASE;
    expect(await room.run(batch)).toEqual([]);
    expect(room.calls).toHaveLength(1);
    expect(room.results).toMatchObject([{ outcome: 'delivered', evidence: 'observed' }]);
  });
});

describe('if the upstream refuses every request', () => {
  it('calls that have not begun are not claimed', async () => {
    const ledger = memoryLedger();
    const reply = () => throttle;
    const room = startControlRoom({ ledger, reply, maxJobsPerCall: 1, callConcurrency: 1 });
    await room.run([message('m', { jobs: ['1', '2', '3'] })]);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['1']]);
    const claimed = [...ledger.entries.keys()].filter((key) => key.startsWith('job/'));
    expect(claimed).toEqual([expect.stringMatching(/\/1$/)]);
  });

  it('no job is asked about while the breaker is open', async () => {
    const { ledger, keys } = keptReads(memoryLedger());
    const room = startControlRoom({ ledger, reply: () => throttle });
    await room.run([message('a', { jobs: ['1'] })]);
    keys.length = 0;
    expect(await room.run([message('b', { age: 2, jobs: ['2'] })])).toEqual(['b']);
    expect(room.calls).toHaveLength(1);
    expect(keys.filter((key) => key.startsWith('job/'))).toEqual([]);
    expect(room.postponed.get('b')).toBe(COOL_DOWN_SECONDS);
  });

  it('a message that is yet to be told of does not wait for that', async () => {
    const room = startControlRoom({ reply: () => throttle, publishes: () => false });
    const late = message('late', { age: 2, jobs: ['2'], expires_at: NOW });
    expect(await room.run([message('m', { jobs: ['1'] }), late])).toEqual(['m', 'late']);
    expect([...room.postponed]).toEqual([
      ['m', COOL_DOWN_SECONDS],
      ['late', 2],
    ]);
  });
});

describe('a message that needs no call any more', () => {
  it('is told of without a credential, and without a place in any queue', async () => {
    const ledger = memoryLedger();
    const batch = [message('m', { jobs: ['1'] })];
    await startControlRoom({ ledger, publishes: () => false }).run(batch);
    const asked: string[] = [];
    const room = startControlRoom({
      ledger,
      identify: async (project) => {
        asked.push(project);
        return { kind: 'out of reach' };
      },
    });
    expect(await room.run(batch)).toEqual([]);
    expect([outcomes(room.results), asked]).toEqual([['1 delivered'], []]);
  });
});

describe('a message of which a later release wrote the record', () => {
  it('is left as it is, even if nothing is known of its jobs', async () => {
    const ledger = memoryLedger();
    const key = `intent/${idAt(1)}/1`;
    const theirs = { key, body: '{"v":2}', version: 'theirs', expiresAt: 0 };
    await ledger.write(theirs, undefined);
    const { run, calls, results } = startControlRoom({ ledger });
    expect(await run([message('m', { jobs: ['1'] })])).toEqual(['m']);
    expect([calls, results, [...ledger.entries.values()]]).toEqual([[], [], [theirs]]);
  });
});

describe('the log tells of runs whose stop is not known yet', () => {
  const tellsOf = ({ lines }: ReturnType<typeof startControlRoom>) =>
    lines.flatMap(({ event, fields }) =>
      event === 'waits for an intent before it' ? [fields] : [],
    );

  it('in one line, each of both once, and ten at most', async () => {
    const room = startControlRoom();
    const runs = Array.from({ length: 12 }, (_, i) =>
      message(`${i}`, { age: 20 + i, after: i + 1, jobs: [`${i}`, `${i + 100}`] }),
    );
    await room.run(runs);
    const ten = (from: number) => Array.from({ length: 10 }, (_, i) => idAt(from + i));
    expect(tellsOf(room)).toEqual([{ jobs: 24, intents: ten(20), after: ten(1) }]);
  });

  it('and of none where there is none', async () => {
    const room = startControlRoom();
    await room.run([message('m', {})]);
    expect(tellsOf(room)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { agree, message, outcomes, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW, PROJECT, type Wish } from '../support/messages.ts';
import { redeliver } from '../support/redelivery.ts';

const AT = Date.parse(NOW);
const SECOND = 1_000;
const [SETTLE, CAREFUL, LEASE] = [30 * SECOND, 120 * SECOND, 60 * SECOND];

const silence = { kind: 'silent', reason: 'timeout' } as const;

/** A room whose first call is left without a reply, and whose one job is in a state that the test sets. */
const begin = (options: Parameters<typeof startControlRoom>[0] = {}) => {
  const clock = { at: AT };
  const job = { status: undefined as string | undefined };
  let calls = 0;
  const room = startControlRoom({
    now: () => clock.at,
    statusOf: () => job.status,
    reply: (call) => (++calls === 1 ? silence : agree(call)),
    ...options,
  });
  return { ...room, clock, job, told: () => outcomes(room.results) };
};

const run = (receives = 1) => message('run', { age: 1 }, receives);
const stop = (receives = 1) => message('stop', { age: 2, operation: 'dli.stop' }, receives);

describe('a call that was served, and whose reply was lost', () => {
  it('is told at once, by a look', async () => {
    const room = begin();
    room.job.status = 'job_running';
    expect(await room.run([run()])).toEqual([]);
    expect([room.calls.length, room.looks]).toEqual([1, [['131']]]);
    expect(room.results).toMatchObject([{ outcome: 'delivered', evidence: 'observed' }]);
  });

  it('a newer intent waits until it cannot take effect any more, and comes back then', async () => {
    const room = begin();
    room.job.status = 'job_running';
    await room.run([run()]);
    expect(await room.run([stop()])).toEqual(['stop']);
    expect(room.postponed.get('stop')).toBe(SETTLE / SECOND);
    room.clock.at += SETTLE - 1;
    expect(await room.run([stop(2)])).toEqual(['stop']);
    expect([room.calls.length, room.looks.length]).toEqual([1, 1]);
    room.clock.at += 1;
    expect(await room.run([stop(3)])).toEqual([]);
    expect(room.calls.map(({ path }) => path)).toEqual([
      `/v1.0/${PROJECT}/streaming/jobs/run`,
      `/v1.0/${PROJECT}/streaming/jobs/stop`,
    ]);
  });

  it('so too where the look that showed it came later', async () => {
    const room = begin();
    await room.run([run()]);
    room.clock.at += 10 * SECOND;
    room.job.status = 'job_running';
    expect(await room.run([run(2)])).toEqual([]);
    expect(room.results).toMatchObject([{ outcome: 'delivered', evidence: 'observed' }]);
    room.clock.at += SETTLE - 10 * SECOND - 1;
    expect(await room.run([stop()])).toEqual(['stop']);
    expect(room.calls).toHaveLength(1);
    room.clock.at += 1;
    expect(await room.run([stop(2)])).toEqual([]);
  });

  it('where the function dies that saw it, its lease counts, and then the next one sees it', async () => {
    const memory = memoryLedger();
    let isDead = false;
    const room = begin({
      ledger: {
        ...memory,
        write: async (entry, seen) => (isDead ? 'unknown' : memory.write(entry, seen)),
      },
      reply: () => {
        isDead = true;
        return silence;
      },
    });
    room.job.status = 'job_running';
    expect(await room.run([run()])).toEqual(['run']);
    expect([room.looks.length, room.results]).toEqual([1, []]);
    isDead = false;
    room.clock.at += LEASE - 1;
    expect(await room.run([run(2)])).toEqual(['run']);
    expect(await room.run([stop()])).toEqual(['stop']);
    expect(room.looks).toHaveLength(1);
    room.clock.at += 1;
    expect(await room.run([run(3)])).toEqual([]);
    expect([room.calls.length, room.told()]).toEqual([1, ['131 delivered']]);
  });
});

describe('a call that was not served, and whose reply was lost', () => {
  it.each(['job_init', 'job_cancel_success', 'missing'])(
    'is called again once it cannot take effect any more, and not before: %s',
    async (status) => {
      const room = begin();
      room.job.status = status;
      expect(await room.run([run()])).toEqual(['run']);
      expect(room.postponed.get('run')).toBe(SETTLE / SECOND);
      room.clock.at += SETTLE - 1;
      expect(await room.run([run(2)])).toEqual(['run']);
      expect([room.calls.length, room.results]).toEqual([1, []]);
      room.clock.at += 1;
      expect(await room.run([run(3)])).toEqual([]);
      expect([room.calls.length, room.told()]).toEqual([2, ['131 delivered']]);
    },
  );

  it('comes back for that by itself: a second call after the settle time', async () => {
    const room = begin();
    room.job.status = 'job_init';
    expect(await redeliver(room, room.clock, run)).toEqual([SETTLE / SECOND]);
    expect(room.calls).toHaveLength(2);
  });

  it('a status that is late proves nothing: it shows in time, and is not called again', async () => {
    const room = begin();
    room.job.status = 'job_init';
    await room.run([run()]);
    room.clock.at += 20 * SECOND;
    expect(await room.run([run(2)])).toEqual(['run']);
    room.clock.at += 9 * SECOND;
    room.job.status = 'job_submitting';
    expect(await room.run([run(3)])).toEqual([]);
    expect([room.calls.length, room.told()]).toEqual([1, ['131 delivered']]);
  });
});

describe('where a second request would do harm, it waits longer', () => {
  it('and looks again meanwhile, so that a status that is late is told when it shows', async () => {
    const room = begin({ limits: { settleMs: () => CAREFUL } });
    room.job.status = 'job_init';
    await room.run([run()]);
    const waits: number[] = [];
    for (let receives = 2; room.calls.length === 1 && receives < 10; receives++) {
      const wait = room.postponed.get('run') ?? 0;
      waits.push(wait);
      room.clock.at += wait * SECOND;
      await room.run([run(receives)]);
    }
    // The last of them may tell that it was not served.
    expect([waits, room.looks.length]).toEqual([[30, 30, 60], 4]);
  });

  const CASES: readonly (readonly [title: string, wish: Wish, status: string, atOnce: number])[] = [
    ['a run from a savepoint', { options: { resume_savepoint: true } }, 'job_init', 92],
    ['a start', { operation: 'drs.start', jobs: ['a'] }, 'CONFIGURATION', 72],
  ];

  it.each(CASES)('%s, whose status is late', async (_, wish, status, seconds) => {
    const room = begin({
      limits: {
        settleMs: ({ repeatHarms }, options) => (repeatHarms(options) ? CAREFUL : SETTLE),
      },
    });
    room.job.status = status;
    const give = (receives: number) => message('m', wish, receives);
    expect(await room.run([give(1)])).toEqual(['m']);
    // A status that is late may show long before: it is looked at again from time to time.
    expect(room.postponed.get('m')).toBe(SETTLE / SECOND);
    for (const wait of [seconds * SECOND, CAREFUL - seconds * SECOND - 1]) {
      room.clock.at += wait;
      expect(await room.run([give(2)])).toEqual(['m']);
      expect(room.calls).toHaveLength(1);
    }
    room.clock.at += 1;
    expect(await room.run([give(3)])).toEqual([]);
    expect(room.calls).toHaveLength(2);
  });
});

describe('while a release runs that does not know when a request ended', () => {
  it('no look follows at once, and the lease counts', async () => {
    const room = begin({ limits: { recordsEnds: false } });
    room.job.status = 'job_running';
    expect(await room.run([run()])).toEqual(['run']);
    expect(room.looks).toEqual([]);
    room.clock.at += LEASE - 1;
    expect(await room.run([run(2)])).toEqual(['run']);
    expect(room.looks).toEqual([]);
    room.clock.at += 1;
    expect(await room.run([run(3)])).toEqual([]);
    expect([room.calls.length, room.looks.length, room.told()]).toEqual([1, 1, ['131 delivered']]);
  });

  it('what the release after wrote is read all the same', async () => {
    const ledger = memoryLedger();
    const first = begin({ ledger });
    await first.run([run()]);
    const second = begin({ ledger, ids: 'second', limits: { recordsEnds: false } });
    second.job.status = 'job_running';
    second.clock.at += SECOND;
    expect(await second.run([run(2)])).toEqual([]);
    expect([second.calls.length, second.told()]).toEqual([0, ['131 delivered']]);
  });
});

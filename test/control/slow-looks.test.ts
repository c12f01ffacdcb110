import { describe, expect, it } from 'vitest';
import { makeSchedule } from '../simulation/schedule.ts';
import {
  agree,
  type ControlRoomOptions,
  message,
  startControlRoom,
} from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';

const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(first + i));

/** A room in virtual time, in which each project has a credential of its own, and when each job had its first result. */
const begin = (
  upstream: (later: <T>(ms: number, reply: () => T) => Promise<T>) => ControlRoomOptions,
) => {
  const schedule = makeSchedule(Date.parse(NOW));
  const told = new Map<string, number>();
  let begun = schedule.now();
  const later = <T>(ms: number, reply: () => T): Promise<T> =>
    new Promise((resolve) => {
      schedule.after(ms, () => resolve(reply()));
    });
  const room = startControlRoom({
    identify: async (project) => ({ kind: 'known', key: String(project) }),
    callsPerKey: 2,
    now: schedule.now,
    remainingMs: () => begun + 120_000 - schedule.now(),
    limits: { callsForMs: 15_000, msPerCall: 30_000, leaseMs: 240_000, settleMs: () => 30_000 },
    publishes: ({ job_id }) => {
      told.set(job_id, schedule.now() - begun);
      return true;
    },
    ...upstream(later),
  });
  const run = async (...batch: Parameters<typeof room.run>[0]) => {
    begun = schedule.now();
    told.clear();
    room.calls.length = 0;
    let isOver = false;
    const running = room.run(batch).finally(() => {
      isOver = true;
    });
    while (!isOver) await schedule.run(() => isOver);
    return running;
  };
  const pass = async (ms: number): Promise<void> => {
    const until = schedule.now() + ms;
    schedule.after(ms, () => undefined);
    await schedule.run(() => schedule.now() >= until);
  };
  return { run, pass, room, firstResultMs: () => Math.min(...told.values()) };
};

const quick = (name: string, options: Parameters<typeof message>[1] & object = {}) =>
  [1, 2, 3].map((n) =>
    message(`${name} ${n}`, {
      age: 50 + n,
      project_id: 'quick',
      jobs: idsFrom(n * 1_000, 100),
      ...options,
    }),
  );

describe('a slow look in one project holds up no other project', () => {
  it('where it tells how an overdue job ended', async () => {
    const { run, pass, room, firstResultMs } = begin((later) => ({
      statusOf: () => later(19_000, () => undefined),
      reply: (call) =>
        call.path.includes('slow')
          ? later(20_000, () => ({ kind: 'silent', reason: 'timeout' }))
          : later(200, () => agree(call)),
    }));
    const expires_at = new Date(Date.parse(NOW) + 60_000).toISOString();
    const slow = (receives: number) =>
      message('slow', { age: 1, project_id: 'slow', jobs: ['1'], expires_at }, receives);
    expect(await run(slow(1))).toEqual(['slow']);
    await pass(180_000);
    expect(await run(slow(2), ...quick('new'))).toEqual(['slow']);
    expect(room.calls).toHaveLength(3);
    expect(firstResultMs()).toBeLessThan(1_000);
  });

  it('where its run and theirs wait for their stops', async () => {
    const { run, pass, room, firstResultMs } = begin((later) => ({
      statusOf: (job) =>
        job === '1'
          ? later(19_000, () => 'job_savepointing')
          : later(20, () => 'job_cancel_success'),
      reply: (call) => later(200, () => agree(call)),
    }));
    const slow = (operation: 'dli.stop' | 'dli.run', age: number) =>
      message(operation, { operation, age, project_id: 'slow', jobs: ['1'] });
    await run(slow('dli.stop', 1), ...quick('stop', { operation: 'dli.stop', age: 2 }));
    await pass(60_000);
    expect(await run(slow('dli.run', 40), ...quick('run'))).toEqual(['dli.run']);
    expect(room.calls).toHaveLength(3);
    expect(firstResultMs()).toBeLessThan(10_000);
  });
});

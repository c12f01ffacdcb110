import { describe, expect, it } from 'vitest';
import { agree, message, outcomes, startControlRoom } from '../support/control-room.ts';
import { NOW, type Wish } from '../support/messages.ts';
import { redeliver } from '../support/redelivery.ts';

const AT = Date.parse(NOW);
const SECOND = 1_000;
const SETTLE = 30 * SECOND;

/** States that a job comes to so many milliseconds after its stop was answered, and shows then. */
type Course = readonly (readonly [afterMs: number, status: string])[];

/** A room whose one job is in a state, and comes to others once it is stopped; each request with what the job was then. */
const begin = (before: string, course: Course) => {
  const clock = { at: AT };
  let stoppedAt = Number.POSITIVE_INFINITY;
  const status = (): string =>
    course.findLast(([afterMs]) => clock.at >= stoppedAt + afterMs)?.[1] ?? before;
  const sent: (readonly [operation: string, atMs: number])[] = [];
  const room = startControlRoom({
    now: () => clock.at,
    statusOf: status,
    limits: { restartDelaySeconds: 10 },
    reply: (call) => {
      if (call.path.endsWith('/stop')) stoppedAt = clock.at;
      sent.push([call.path.endsWith('/stop') ? 'stop' : 'run', clock.at - AT]);
      return agree(call);
    },
  });
  return { ...room, clock, sent };
};

const stop = () =>
  message('stop', { age: 1, operation: 'dli.stop', options: { trigger_savepoint: true } });
const runOf = (wish: Wish) => (receives: number) =>
  message('run', { age: 2, options: { resume_savepoint: true }, ...wish }, receives);

const NOT_STOPPED = {
  outcome: 'rejected',
  evidence: 'observed',
  error: {
    code: 'not-stopped',
    message: 'The stop before it was delivered, but it did not stop the job',
  },
};

describe.each<[title: string, wish: Wish]>([
  ['that names its stop', { after: 1 }],
  ['that does not', {}],
])('a run %s', (_, wish) => {
  const run = runOf(wish);

  it.each(['job_running_exception', 'job_cancel_fail', 'job_running', 'job_idle'])(
    'waits where its stop is taken in %s, and shows two seconds later',
    async (before) => {
      const stoppedMs = 50 * SECOND;
      const room = begin(before, [
        [2 * SECOND, 'job_savepointing'],
        [20 * SECOND, 'job_canceling'],
        [stoppedMs, 'job_cancel_success'],
      ]);
      expect(await room.run([run(1), stop()])).toEqual(['run']);
      // No look counts before.
      expect(room.postponed.get('run')).toBe(SETTLE / SECOND);
      expect(await room.run([run(2)])).toEqual(['run']);
      room.clock.at += SECOND;
      await redeliver(room, room.clock, run);
      const [first, second, ...more] = room.sent;
      expect([first, more]).toEqual([['stop', 0], []]);
      expect(second?.[0]).toBe('run');
      expect(second?.[1]).toBeGreaterThanOrEqual(stoppedMs);
      // It comes back soon enough, and no oftener than every ten seconds.
      expect(second?.[1]).toBeLessThanOrEqual(stoppedMs * 1.25 + SECOND);
      expect(room.looks.length).toBeLessThanOrEqual(4);
      expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
    },
  );

  it('waits as long as the old status may show', async () => {
    const room = begin('job_cancel_success', [
      [SETTLE, 'job_canceling'],
      [2 * SETTLE, 'job_cancel_success'],
    ]);
    await room.run([stop()]);
    await redeliver(room, room.clock, run);
    expect(room.sent.map(([operation]) => operation)).toEqual(['stop', 'run']);
    expect(room.sent[1]?.[1]).toBeGreaterThanOrEqual(2 * SETTLE);
  });

  it.each<[title: string, course: Course, from: number]>([
    [
      'its savepoint is declined, and the job runs on',
      [
        [2 * SECOND, 'job_savepointing'],
        [10 * SECOND, 'job_running'],
      ],
      SETTLE,
    ],
    [
      'its savepoint is declined only later',
      [
        [2 * SECOND, 'job_savepointing'],
        [100 * SECOND, 'job_running'],
      ],
      100 * SECOND,
    ],
    [
      'it fails',
      [
        [2 * SECOND, 'job_canceling'],
        [10 * SECOND, 'job_cancel_fail'],
      ],
      SETTLE,
    ],
    ['nothing comes of it', [], SETTLE],
  ])('is told that the job was not stopped, as soon as that is certain: %s', async (...given) => {
    const [, course, from] = given;
    const room = begin('job_running', course);
    await room.run([stop()]);
    const waits = await redeliver(room, room.clock, run);
    expect(room.sent).toEqual([['stop', 0]]);
    expect(room.results).toMatchObject([{ outcome: 'delivered' }, NOT_STOPPED]);
    expect(room.clock.at - AT).toBeGreaterThanOrEqual(from);
    expect(room.clock.at - AT).toBeLessThanOrEqual(from * 1.25);
    expect(waits[0]).toBe(SETTLE / SECOND);
  });

  it('expires as not stopped where the stop never ends, after few looks', async () => {
    const hours = 6;
    const expires_at = new Date(AT + hours * 3_600 * SECOND).toISOString();
    const room = begin('job_running', [[2 * SECOND, 'job_canceling']]);
    await room.run([stop()]);
    await redeliver(room, room.clock, (receives) =>
      message('run', { age: 2, ...wish, expires_at }, receives),
    );
    expect(room.sent).toEqual([['stop', 0]]);
    expect(room.results).toMatchObject([
      { outcome: 'delivered' },
      { outcome: 'expired', error: { code: 'not-stopped' } },
    ]);
    expect(room.looks.length).toBeLessThan(50);
  });
});

describe('after a run that was told that its stop failed', () => {
  it('the next wish goes its own way: another stop, and a run after it', async () => {
    const room = begin('job_running', [[2 * SECOND, 'job_cancel_fail']]);
    await room.run([stop()]);
    await redeliver(room, room.clock, runOf({}));
    expect(room.results.at(-1)).toMatchObject(NOT_STOPPED);
    const again = message('stop again', { age: 3, operation: 'dli.stop' });
    expect(await room.run([again])).toEqual([]);
    const next = (receives: number) => message('next', { age: 4 }, receives);
    await redeliver(room, room.clock, next);
    expect(room.sent.map(([operation]) => operation)).toEqual(['stop', 'stop']);
    expect(room.results.at(-1)).toMatchObject(NOT_STOPPED);
  });

  it('a run that names no stop, and comes after that one, is called', async () => {
    const room = begin('job_running', [[2 * SECOND, 'job_cancel_fail']]);
    await room.run([stop()]);
    await redeliver(room, room.clock, runOf({}));
    expect(await room.run([message('next', { age: 3 })])).toEqual([]);
    expect(room.sent.map(([operation]) => operation)).toEqual(['stop', 'run']);
  });

  it('the stop, given again, tells the same and calls nothing', async () => {
    const room = begin('job_running', [[2 * SECOND, 'job_cancel_fail']]);
    await room.run([stop()]);
    await redeliver(room, room.clock, runOf({}));
    expect(await room.run([stop(), runOf({})(9)])).toEqual([]);
    expect(room.sent).toHaveLength(1);
    expect(new Set(outcomes(room.results))).toEqual(new Set(['131 delivered', '131 rejected']));
  });
});

import { describe, expect, it } from 'vitest';
import { makeBudget } from '../../shared/control/budget.ts';
import { isProjectId } from '../../shared/operations/operation.ts';
import { type Identify, isInTime } from '../../shared/upstream/send.ts';
import { makeSchedule } from '../simulation/schedule.ts';
import {
  agree,
  message,
  refusal,
  type SeenCall,
  startControlRoom,
} from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const CALLS_MS = 15_000;
const QUICK_MS = 200;

/** Each project has a key pair of its own. */
const ownKeys: Identify = async (key) => ({ kind: 'known', key });
const oneKey: Identify = async () => ({ kind: 'known', key: 'key' });

const idsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(from + i));

interface Setup {
  readonly msOf: (call: SeenCall) => number;
  readonly reply?: (call: SeenCall) => ReturnType<typeof agree>;
  readonly identify?: Identify;
  readonly functionMs?: number;
  readonly lookMsOf?: (job: string) => number;
}

/** A clock on which what is waited for comes after its time. */
const startSchedule = () => {
  const schedule = makeSchedule(Date.parse(NOW));
  const later = <T>(ms: number, answer: () => T): Promise<T> =>
    new Promise((resolve) => schedule.after(ms, () => resolve(answer())));
  const pass = (ms: number) => {
    const until = schedule.now() + ms;
    schedule.after(ms, () => undefined);
    return schedule.run(() => schedule.now() >= until);
  };
  /** Lets time pass until this is done. */
  const until = async <T>(running: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = running.finally(() => {
      isOver = true;
    });
    while (!isOver) await schedule.run(() => isOver);
    return over;
  };
  return { ...schedule, later, pass, until };
};

/** Runs invocations one after the other over a clock of its own; tells when each ended, and when each result came. */
const begin = ({
  msOf,
  reply = agree,
  identify = ownKeys,
  functionMs = 60_000,
  lookMsOf = () => QUICK_MS,
}: Setup) => {
  const schedule = startSchedule();
  const startedAt = schedule.now();
  let begunAt = startedAt;
  let endsWithin = functionMs;
  const told = new Map<string, number>();
  const room = startControlRoom({
    identify,
    callsPerKey: 1,
    ledger: memoryLedger(),
    now: schedule.now,
    remainingMs: () => begunAt + endsWithin - schedule.now(),
    limits: { callsForMs: CALLS_MS, msPerCall: 30_000, maxReceives: 1_000 },
    publishes: ({ job_id }) => {
      told.set(job_id, schedule.now() - startedAt);
      return true;
    },
    statusOf: (job) => schedule.later(lookMsOf(job), () => 'job_running'),
    reply: (call) => schedule.later(msOf(call), () => reply(call)),
  });
  const run = async (...batch: Parameters<typeof room.run>) => {
    begunAt = schedule.now();
    const staying = await schedule.until(room.run(...batch));
    return { staying, ms: schedule.now() - begunAt };
  };
  /** As a stop of the embedded stack does: from now on the function ends so long after its begin. */
  const cut = (withinMs: number) => {
    endsWithin = withinMs;
  };
  const { pass } = schedule;
  return { ...room, run, told, pass, cut, elapsed: () => schedule.now() - startedAt };
};

const isSlow = ({ path }: SeenCall) => path.includes('slow');
const ofSlow = (calls: number) =>
  Array.from({ length: calls }, (_, n) =>
    message(`slow ${n}`, { age: n, project_id: 'slow', jobs: idsOf(1_000 + 100 * n, 100) }),
  );
const ofQuick = message('quick', { age: 50, project_id: 'quick', jobs: ['1'] });

describe('an invocation begins calls for so long, and what is left comes back soon', () => {
  it.each([5_000, 14_000, 19_000])(
    'a project that answers in %i ms: it is over after CALLS_SECONDS and one call, whatever waits',
    async (ms) => {
      const { run, told, postponed, calls } = begin({
        msOf: (call) => (isSlow(call) ? ms : QUICK_MS),
        functionMs: 120_000,
      });
      const first = await run([...ofSlow(8), ofQuick]);
      expect(first.ms).toBeLessThanOrEqual(CALLS_MS + ms);
      expect(told.get('1')).toBe(QUICK_MS);
      const begun = Math.ceil(CALLS_MS / ms);
      expect(calls.filter(isSlow)).toHaveLength(begun);
      expect(first.staying).toEqual(
        ofSlow(8)
          .slice(begun)
          .map(({ messageId }) => messageId),
      );
      for (const id of first.staying) expect(postponed.get(id)).toBeLessThanOrEqual(4);
    },
  );

  it('others by the same key pair have their first call all the same', async () => {
    const { run, told, calls } = begin({
      identify: oneKey,
      msOf: (call) => (isSlow(call) ? 19_000 : QUICK_MS),
    });
    const { staying, ms } = await run([...ofSlow(3), ofQuick]);
    expect(told.get('1')).toBe(19_000 + QUICK_MS);
    expect([staying, ms]).toEqual([['slow 1', 'slow 2'], 19_000 + QUICK_MS]);
    expect(calls).toHaveLength(2);
  });

  it('when its time is cut while calls wait for their turn, those that no longer fit do not begin', async () => {
    const { run, calls, cut } = begin({
      msOf: () => {
        cut(10_000);
        return 4_000;
      },
    });
    const { staying } = await run(ofSlow(3));
    expect(staying).toEqual(['slow 1', 'slow 2']);
    expect(calls).toHaveLength(1);
  });

  it('nor does one hold up others whose looks take long', async () => {
    let isSilent = true;
    const { run, pass, told, elapsed, looks } = begin({
      msOf: () => QUICK_MS,
      reply: (call) => (isSilent ? { kind: 'silent', reason: 'timeout' } : agree(call)),
      lookMsOf: () => 19_000,
    });
    const slow = ofSlow(1);
    await run(slow);
    isSilent = false;
    await pass(400_000);
    const [from, looked] = [elapsed(), looks.length];
    const { staying } = await run([...slow, ofQuick]);
    expect((told.get('1') ?? 0) - from).toBeLessThanOrEqual(CALLS_MS + 19_000);
    // What it had time to look at is told, and there is more to be looked at.
    expect([looks.length - looked, staying]).toEqual([1, ['slow 0']]);
  });

  it('a thousand bad ids: each invocation is over in time, and none of them is asked for without need', async () => {
    const bad = idsOf(1_000, 1_000);
    const { run, calls, results } = begin({
      msOf: () => QUICK_MS,
      reply: (call) => (isSlow(call) ? replied(400, refusal('DLI.0023')) : agree(call)),
      functionMs: 120_000,
    });
    const batch = Array.from({ length: 10 }, (_, n) =>
      message(`bad ${n}`, { age: n, project_id: 'slow', jobs: bad.slice(100 * n, 100 * n + 100) }),
    );
    let staying: readonly string[] = batch.map(({ messageId }) => messageId);
    const durations: number[] = [];
    while (staying.length > 0 && durations.length < 50) {
      const given = batch.filter(({ messageId }) => staying.includes(messageId));
      const { staying: left, ms } = await run(given);
      durations.push(ms);
      staying = left;
    }
    expect(Math.max(...durations)).toBeLessThanOrEqual(CALLS_MS + QUICK_MS);
    expect(results.map(({ outcome }) => outcome)).toEqual(new Array(1_000).fill('rejected'));
    expect(calls.length).toBeLessThanOrEqual(1_150);
  });
});

describe('the time for requests', () => {
  const project = (name: string) => {
    if (!isProjectId(name)) throw new Error(name);
    return name;
  };
  const [a, b] = [project('a'), project('b')];
  const at = (ms: number, remaining = 600_000) => {
    let now = 0;
    const { calls, looksBefore, looksAfter } = makeBudget({
      now: () => now,
      remainingMs: () => remaining - now,
      msPerCall: 30_000,
      callsForMs: CALLS_MS,
    });
    now = ms;
    const ask = (deadlineFor: typeof calls) =>
      [deadlineFor(a), deadlineFor(a), deadlineFor(b), deadlineFor(b)].map((deadline) =>
        isInTime(deadline, now),
      );
    return { calls: ask(calls), looksBefore: ask(looksBefore), looksAfter: ask(looksAfter) };
  };

  it.each<[number, readonly boolean[], readonly boolean[]]>([
    [0, [true, true, true, true], [true, true, true, true]],
    [7_500, [true, true, true, true], [true, false, true, false]],
    [14_999, [true, true, true, true], [true, false, true, false]],
    [15_000, [true, false, true, false], [true, false, true, false]],
    [37_500, [true, false, true, false], [true, false, false, false]],
    [45_000, [true, false, false, false], [true, false, false, false]],
    [500_000, [true, false, false, false], [false, false, false, false]],
    [570_001, [false, false, false, false], [false, false, false, false]],
  ])('after %i ms', (ms, calls, looks) => {
    expect(at(ms)).toEqual({ calls, looksBefore: looks, looksAfter: calls });
  });

  it('is over for a request that still waits for its turn', () => {
    const { calls, end } = makeBudget({
      now: () => 0,
      remainingMs: () => 60_000,
      msPerCall: 30_000,
      callsForMs: CALLS_MS,
    });
    calls(a);
    const deadline = calls(a);
    expect([14_999, 15_000].map((at) => isInTime(deadline, at))).toEqual([true, false]);
    end();
    expect([isInTime(deadline, 0), deadline.signal.aborted]).toEqual([false, true]);
  });
});

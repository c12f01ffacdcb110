import { describe, expect, it } from 'vitest';
import type { Received } from '../../shared/control/received.ts';
import { agree, message, refusal, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const VISIBILITY_MS = 1_020_000;

const NEVER = new Promise<never>(() => undefined);

/** A life that ends without a word: what is asked of it from then on is never answered. */
const makeLife = () => {
  let death = Promise.withResolvers<'died'>();
  let isOver = false;
  return {
    begin: (): Promise<'died'> => {
      isOver = false;
      death = Promise.withResolvers();
      return death.promise;
    },
    end: (): Promise<never> => {
      isOver = true;
      death.resolve('died');
      return NEVER;
    },
    whileAlive: <T>(result: () => T): T | Promise<never> => (isOver ? NEVER : result()),
  };
};

/** A function that dies of each call that has a job of `deadly`. */
const startMortal = (deadly: ReadonlySet<string>) => {
  const kept = memoryLedger();
  const life = makeLife();
  let now = Date.parse(NOW);
  const room = startControlRoom({
    ledger: {
      read: async (keys) => life.whileAlive(() => kept.read(keys)),
      write: async (entry, seen) => life.whileAlive(() => kept.write(entry, seen)),
    },
    now: () => now,
    statusOf: () => 'job_init',
    limits: { maxReceives: 1_000 },
    reply: (call) =>
      life.whileAlive(() => (call.jobs.some((job) => deadly.has(job)) ? life.end() : agree(call))),
  });
  /** Runs one invocation. The queue gives again what it did not take off. */
  const invoke = async (batch: readonly Received[]): Promise<readonly Received[]> => {
    room.removed.splice(0);
    const ended = await Promise.race([life.begin(), room.run(batch)]);
    const removed = new Set(room.removed);
    now += VISIBILITY_MS;
    return batch
      .filter(({ messageId }) =>
        ended === 'died' ? !removed.has(messageId) : ended.includes(messageId),
      )
      .map((left) => ({ ...left, receiveCount: left.receiveCount + 1 }));
  };
  return { room, invoke };
};

const messagesOf = (count: number): readonly Received[] =>
  Array.from({ length: count }, (_, i) => message(`m${i}`, { age: i + 1, jobs: [`${i + 1}`] }));

describe('a message that the function dies of', () => {
  it('holds up the others for a few deaths, and then no other any more', async () => {
    const { room, invoke } = startMortal(new Set(['13']));
    let left = messagesOf(200);
    let deaths = 0;
    while (left.length > 1 && deaths < 10) {
      left = await invoke(left);
      deaths++;
    }
    expect(left.map(({ messageId }) => messageId)).toEqual(['m12']);
    expect(deaths).toBeLessThanOrEqual(7);
    expect(new Set(room.results.map(({ job_id }) => job_id)).size).toBe(199);

    // From now on it comes after all new messages, which are off the queue before it is tried.
    const fresh = [1, 2, 3].map((i) =>
      message(`fresh ${i}`, { age: 1_000 + i, jobs: [`${1_000 + i}`] }),
    );
    const [poison] = left;
    if (poison === undefined) throw new Error('the message is lost');
    const next = await invoke([poison, ...fresh]);
    expect(next.map(({ messageId }) => messageId)).toEqual(['m12']);
    expect(room.removed.toSorted()).toEqual(['fresh 1', 'fresh 2', 'fresh 3']);
    expect(room.results.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  });

  it('two of them part too', async () => {
    const { room, invoke } = startMortal(new Set(['13', '77']));
    let left = messagesOf(200);
    let deaths = 0;
    while (left.length > 2 && deaths < 20) {
      left = await invoke(left);
      deaths++;
    }
    expect(left.map(({ messageId }) => messageId)).toEqual(['m12', 'm76']);
    expect(deaths).toBeLessThanOrEqual(10);
    expect(new Set(room.results.map(({ job_id }) => job_id)).size).toBe(198);
  });

  it('is done like any other as soon as the reason is gone', async () => {
    const deadly = new Set(['13']);
    const { room, invoke } = startMortal(deadly);
    let left = messagesOf(20);
    for (let i = 0; i < 6; i++) left = await invoke(left);
    expect(left).toHaveLength(1);
    deadly.clear();
    expect(await invoke(left)).toEqual([]);
    expect(room.results.at(-1)).toMatchObject({ job_id: '13', outcome: 'delivered' });
  });
});

describe('messages that come often without a death', () => {
  it('are worked on together, in as few calls, and are noted once', async () => {
    const ledger = memoryLedger();
    const { run, calls, lines } = startControlRoom({ ledger });
    const often = messagesOf(50).map((one) => ({ ...one, receiveCount: 7 }));
    expect(await run(often)).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(lines.filter(({ event }) => event === 'messages tried apart')).toMatchObject([
      { fields: { messages: 50 } },
    ]);
  });

  it('stay beside the messages for the same job', async () => {
    const { run, calls, results } = startControlRoom();
    const batch = [
      { ...message('often', { age: 1, jobs: ['1'] }), receiveCount: 7 },
      message('new', { age: 2, jobs: ['1', '2'] }),
      message('other', { age: 3, jobs: ['3'] }),
    ];
    expect(await run(batch)).toEqual([]);
    expect(calls.map(({ jobs }) => jobs)).toEqual([['3'], ['1', '2']]);
    expect(results).toHaveLength(4);
  });
});

describe('a message that comes often because it waits', () => {
  const restart = (job: string, age: number) => ({
    stop: message(`stop ${job}`, { age, operation: 'dli.stop', jobs: [job] }),
    run: { ...message(`run ${job}`, { age: age + 1, jobs: [job] }), sentAt: Date.parse(NOW) },
  });

  /** Two stops that last, and the runs that follow them, which the queue gives in turn every quarter of an hour. */
  const wait = async (times: number) => {
    let now = Date.parse(NOW);
    let status = 'job_running';
    const trials = new Set<string | undefined>();
    const kept = memoryLedger();
    const room = startControlRoom({
      ledger: {
        read: kept.read,
        write: (entry, seen) => {
          if (entry.key.startsWith('trial/')) trials.add(entry.body);
          return kept.write(entry, seen);
        },
      },
      now: () => now,
      statusOf: () => status,
      limits: { maxReceives: 1_000, settleMs: () => 0 },
    });
    const [one, other] = [restart('1', 1), restart('2', 3)];
    await room.run([one.stop, other.stop]);
    status = 'job_canceling';
    for (let receiveCount = 1; receiveCount <= times; receiveCount++) {
      expect(await room.run([{ ...one.run, receiveCount }])).toEqual(['run 1']);
      now += 900_000;
    }
    status = 'job_cancel_success';
    room.calls.length = 0;
    const last = [{ ...one.run, receiveCount: times + 1 }, other.run];
    return { staying: await room.run(last), calls: room.calls, writes: trials.size };
  };

  it.each([2, 3, 4, 7, 22, 23, 24, 40])('%i times: it is not tried apart', async (times) => {
    const { staying, calls } = await wait(times);
    expect(staying).toEqual([]);
    expect(calls.map(({ jobs }) => jobs)).toEqual([['1', '2']]);
  });

  it.each(['before it is claimed', 'after'])(
    '1,000 times, %s: it is never tried apart',
    async (when) => {
      let now = Date.parse(NOW);
      const room = startControlRoom({
        now: () => now,
        limits: { maxReceives: 2_000, leaseMs: 60_000 },
        reply: () => replied(429, refusal('APIGW.0308'), { retryAfter: 300 }),
        ...(when === 'after' ? {} : { identify: async () => ({ kind: 'out of reach' }) }),
      });
      const waits = message('m', { jobs: ['1'], expires_at: '2100-01-01T00:00:00.000Z' });
      for (let receiveCount = 1; receiveCount <= 1_000; receiveCount++) {
        expect(await room.run([{ ...waits, receiveCount, sentAt: Date.parse(NOW) }])).toEqual([
          'm',
        ]);
        now += 900_000;
      }
      expect(room.lines.filter(({ event }) => event === 'messages tried apart')).toEqual([]);
    },
  );

  it('costs one write each time that its receives double', async () => {
    expect((await wait(16)).writes).toBe(4);
    expect((await wait(32)).writes).toBe(5);
  });
});

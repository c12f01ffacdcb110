import { request } from 'undici';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { type ControlLoop, makeControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import type { Result } from '../../shared/intent/result.ts';
import { SILENT_LOG } from '../../shared/json/log.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { readied } from '../../shared/upstream/readied.ts';
import { LIMITS } from '../support/limits.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { startControlLoop } from './control-loop-0.1.mjs';

/** `RECORD_ENDS=false`, as docs/deploy.md asks for while release 0.1 runs beside this one. */
const LIMITS_BESIDE = { ...LIMITS, recordsEnds: false, maxReceives: 1_000 };

const AFTER_A_LEASE = LIMITS.leaseMs + 1_000;

export type Release = 'old' | 'new';

/** A queue by a clock of its own. What was received comes back after a lease, unless it is taken off. */
const makeQueue = () => {
  let now = Date.parse(NOW);
  let count = 0;
  const kept = new Map<string, { message: Received; visibleAt: number }>();
  const show = (messageId: string, inMs: number): void => {
    const one = kept.get(messageId);
    if (one !== undefined) one.visibleAt = now + inMs;
  };
  return {
    now: () => now,
    /** Lets time pass until a message is visible. */
    wait: (): void => {
      const visibleAt = Math.min(...[...kept.values()].map((one) => one.visibleAt));
      now = Math.max(now + 100, Number.isFinite(visibleAt) ? visibleAt : 0);
    },
    isEmpty: () => kept.size === 0,
    put: (body: string): void => {
      const messageId = `m${++count}`;
      const message = { messageId, body, receiveCount: 0, sentAt: now };
      kept.set(messageId, { message, visibleAt: now });
    },
    receive: (): readonly Received[] =>
      [...kept.values()]
        .filter(({ visibleAt }) => visibleAt <= now)
        .map((one) => {
          const receiveCount = one.message.receiveCount + 1;
          one.message = { ...one.message, receiveCount };
          show(one.message.messageId, AFTER_A_LEASE);
          return one.message;
        }),
    remove: async (messages: readonly Received[]): Promise<void> => {
      for (const { messageId } of messages) kept.delete(messageId);
    },
    postpone: async (messages: readonly (readonly [Received, number])[]): Promise<void> => {
      for (const [{ messageId }, seconds] of messages) show(messageId, seconds * 1_000);
    },
  };
};

/** A life of one function: after so many steps it dies, does nothing more, and hears no answer. */
const makeLife = (steps: number) => {
  let left = steps;
  const death = Promise.withResolvers<'died'>();
  const step = async (): Promise<void> => {
    if (left-- > 0) return;
    death.resolve('died');
    await new Promise(() => undefined);
  };
  /** Does something in two steps: it may die before that, or before it hears of it. */
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    await step();
    const result = await work();
    await step();
    return result;
  };
  return { through, died: death.promise };
};

type Life = ReturnType<typeof makeLife>;
type Queue = ReturnType<typeof makeQueue>;

/** What both releases write to and read from. */
const makeWorld = (queue: Queue) => {
  const kept = memoryLedger();
  const results: Result[] = [];
  const deadLettered: string[] = [];
  let ids = 0;
  const edgesOf = ({ through }: Life) => ({
    ledger: {
      read: (keys: readonly string[]) => through(() => kept.read(keys)),
      write: (...write: Parameters<typeof kept.write>) => through(() => kept.write(...write)),
    },
    identify: async () => ({ kind: 'known', key: 'key' }) as const,
    publish: (batch: readonly Result[]) =>
      through(async () => {
        results.push(...batch);
        return batch.map(() => true);
      }),
    deadLetter: async ({ messageId }: Received) => {
      deadLettered.push(messageId);
      return true;
    },
    remove: queue.remove,
    postpone: queue.postpone,
    log: SILENT_LOG,
    now: queue.now,
    random: () => 0.5,
    newId: () => `id ${++ids}`,
  });
  return { results, deadLettered, edgesOf };
};

const METHODS = { GET: 'GET', POST: 'POST', DELETE: 'DELETE' } as const;

/** Asks an upstream over real HTTP. */
const makeAsk =
  (url: string) =>
  async ({ method, path }: Asked, body: string | undefined) => {
    const reply = await request(`${url}${path}`, {
      method: METHODS[method],
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    return { status: reply.statusCode, body: await reply.body.text() };
  };

interface Asked {
  readonly method: keyof typeof METHODS;
  readonly path: string;
}

type World = ReturnType<typeof makeWorld>;

const makeLoops = (
  { edgesOf }: World,
  now: () => number,
  ask: ReturnType<typeof makeAsk>,
): Readonly<Record<Release, (life: Life) => ControlLoop<Received>>> => ({
  old: (life) =>
    startControlLoop(
      { ...edgesOf(life), ask: (asked, body) => life.through(() => ask(asked, body)) },
      LIMITS_BESIDE,
    ),
  new: (life) =>
    makeControlLoop<Received>(
      {
        ...edgesOf(life),
        send: async (asked, turn) => {
          const ready = await readied(asked, turn, now);
          if (ready.kind === 'held') return ready.reply;
          const reply = await life.through(() => ask(asked, ready.body));
          return readReply({ kind: 'replied', ...reply });
        },
      },
      LIMITS_BESIDE,
    ),
});

/** Release 0.1 and this one over one queue, one ledger and one upstream. */
export const startReleases = async () => {
  const queue = makeQueue();
  const upstream = await startUpstream({ now: queue.now, transitionMs: 5_000 });
  const world = makeWorld(queue);
  const loops = makeLoops(world, queue.now, makeAsk(upstream.url));
  return {
    upstream,
    queue,
    results: world.results,
    deadLettered: world.deadLettered,
    /** Lets one invocation of a release work on what is visible. It dies after so many steps. */
    invoke: async (release: Release, deathAfter: number): Promise<boolean> => {
      const batch = queue.receive();
      if (batch.length === 0) return true;
      const life = makeLife(deathAfter);
      const staying = await Promise.race([loops[release](life)(batch, () => 60_000), life.died]);
      if (staying === 'died') return false;
      await queue.remove(batch.filter(({ messageId }) => !staying.includes(messageId)));
      return true;
    },
  };
};

import { describe, expect, it, onTestFinished } from 'vitest';
import { type Accounts, startUpstream } from '../../local/upstream/simulator.ts';
import { AllRequestsRefusedError, makeControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import { sign } from '../../shared/edge/signer.ts';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import type { Result } from '../../shared/intent/result.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { message } from '../support/control-room.ts';
import { fingerprint } from '../support/fingerprints.ts';
import { LIMITS } from '../support/limits.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const MINUTE = 60_000;
/** The shortest time that the breaker of a refused credential is open. */
const OPEN_MS = MINUTE;
const WAITING = 200;
const PER_BATCH = 10;
const PROJECTS = ['p', 'q', 'r'];
/** As many as the template lets run at once. */
const AT_ONCE = 2;

interface Case {
  readonly wrong: object;
  readonly right: object;
  readonly accounts: Accounts;
  /** With which a gateway refuses that does not say 401. */
  readonly status?: number;
}

const user = (password: string) => ({ user: 'fan-in', password, domain: 'OTC-1' });
const pair = (sk: string) => ({ ak: 'AKID', sk });

const CASES: Readonly<Record<string, Case>> = {
  'a secret key that is not the pair’s': {
    wrong: pair('another-secret'),
    right: pair('the-right-secret'),
    accounts: { keys: [pair('the-right-secret')] },
  },
  'one that is refused at 400': {
    wrong: pair('another-secret'),
    right: pair('the-right-secret'),
    accounts: { keys: [pair('the-right-secret')] },
    status: 400,
  },
  'a password that is not the user’s': {
    wrong: user('another-password'),
    right: user('the-right-password'),
    accounts: { users: [user('the-right-password')] },
  },
};

/** The vendor, whose 401 may have another status, and a connection to it. */
const startVendor = async (now: () => number, { accounts, status = 401 }: Case) => {
  const upstream = await startUpstream({ now, accounts });
  const dispatcher = makeDispatcher({
    connectTimeoutMs: MINUTE,
    headersTimeoutMs: MINUTE,
    bodyTimeoutMs: MINUTE,
    keepAliveMs: 4_000,
  });
  onTestFinished(async () => {
    await dispatcher.close();
    await upstream.stop();
  });
  const wire = makeExchange(dispatcher, { timeoutMs: MINUTE });
  const exchange: Exchange = async (outgoing) => {
    const reply = await wire(outgoing);
    return reply.kind === 'replied' && reply.status === 401 ? { ...reply, status } : reply;
  };
  return { upstream, exchange };
};

/** Messages by id, and when each can be seen next. */
const fillQueue = (now: number) =>
  new Map(
    Array.from({ length: WAITING }, (_, i): [string, { message: Received; at: number }] => {
      const project_id = PROJECTS[i % PROJECTS.length] ?? '';
      const jobs = [String(2 * i), String(2 * i + 1)];
      const accepted_at = new Date(now).toISOString();
      const one = message(`m${i}`, { age: i + 1, project_id, jobs, accepted_at }, 0);
      return [one.messageId, { message: one, at: now }];
    }),
  );

/** What all environments share. */
const startWorld = async (oneCase: Case) => {
  const clock = { now: Date.parse('2026-01-31T12:00:00Z') };
  const now = () => clock.now;
  let ids = 0;
  return {
    clock,
    now,
    ...(await startVendor(now, oneCase)),
    secret: { entry: oneCase.wrong },
    ledger: memoryLedger(),
    results: [] as Result[],
    dead: [] as Received[],
    log: keptLog().log,
    newId: () => `id ${++ids}`,
    waiting: fillQueue(clock.now),
  };
};

type World = Awaited<ReturnType<typeof startWorld>>;

const startSender = ({ clock, now, secret, upstream, exchange, log, newId }: World) => {
  const fetch = async () => JSON.stringify({ projects: { '*': secret.entry } });
  const accounts = makeAccounts({ fetch, now, log }, { ttlMs: 5 * MINUTE, leastRefreshMs: 10_000 });
  const { url } = upstream;
  const { send, identify } = makeAuthorised(
    { accounts, tokens: makeTokens({ now }), exchange, sign, fingerprint, now, log, newId },
    {
      endpoints: { dli: url, drs: url, iam: url },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: OPEN_MS,
    },
  );
  const pause = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  return { send: makePaced({ send, now, random: () => 0.5, pause }), identify };
};

const startEnvironment = (world: World) => {
  const { clock, now, ledger, log, newId, results, dead, waiting } = world;
  return makeControlLoop<Received>(
    {
      ...startSender(world),
      ledger,
      publish: async (some) => {
        results.push(...some);
        return some.map(() => true);
      },
      remove: async () => undefined,
      deadLetter: async (one) => {
        dead.push(one);
        return true;
      },
      postpone: async (messages) => {
        for (const [{ messageId }, seconds] of messages) {
          const held = waiting.get(messageId);
          if (held !== undefined) held.at = clock.now + seconds * 1_000;
        }
      },
      log,
      now,
      random: () => 0.5,
      newId,
    },
    { ...LIMITS, maxReceives: 100, keepSeconds: 24 * 3_600 },
  );
};

const invoke = async (world: World, batch: readonly Received[]): Promise<void> => {
  try {
    const staying = new Set(await startEnvironment(world)(batch, () => MINUTE));
    for (const { messageId } of batch) if (!staying.has(messageId)) world.waiting.delete(messageId);
  } catch (error) {
    if (!(error instanceof AllRequestsRefusedError)) throw error;
  }
};

/** The time when a message can be seen next, and all that can be seen then, two batches at once. */
const playRound = async (world: World): Promise<void> => {
  const { clock, waiting } = world;
  clock.now = Math.max(clock.now, Math.min(...Array.from(waiting.values(), ({ at }) => at)));
  const seen = [...waiting.values()].filter(({ at }) => at <= clock.now);
  const received = seen.map((held) => {
    const again = { ...held.message, receiveCount: held.message.receiveCount + 1 };
    // Until it is given back or its visibility timeout is over.
    Object.assign(held, { message: again, at: clock.now + 6 * MINUTE });
    return again;
  });
  for (let i = 0; i < received.length; i += PER_BATCH * AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, k) =>
        invoke(world, received.slice(i + k * PER_BATCH, i + (k + 1) * PER_BATCH)),
      ),
    );
};

/** A queue of messages that come back, one ledger, and environments that are all new each time. */
const begin = async (oneCase: Case) => {
  const world = await startWorld(oneCase);
  return { ...world, round: () => playRound(world) };
};

describe.each(Object.entries(CASES))('%s', (_, wrongly) => {
  it('is tried twice at most each time that its breaker is half-open, and once it is mended all is delivered', async () => {
    const { clock, secret, upstream, waiting, results, dead, round } = await begin(wrongly);
    const mendedAt = clock.now + 30 * MINUTE;
    while (clock.now < mendedAt) await round();
    const bad = upstream.refusals.map(({ at }) => at);
    const most = Math.max(
      ...bad.map((from) => bad.filter((at) => from <= at && at < from + OPEN_MS).length),
    );
    expect(most).toBeLessThanOrEqual(2);
    expect(bad.length).toBeGreaterThan(2);
    expect([results, waiting.size]).toEqual([[], WAITING]);

    secret.entry = wrongly.right;
    while (waiting.size > 0 && clock.now < mendedAt + 30 * MINUTE) await round();
    // One that was wrong for long is locked by then, and good signatures are refused till the lock is over.
    const late = upstream.refusals.slice(bad.length);
    expect(late.filter(({ why }) => why !== 'locked')).toEqual([]);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    expect(new Set(results.map(({ result_id }) => result_id)).size).toBe(WAITING * 2);
    expect([results.length, dead, waiting.size]).toEqual([WAITING * 2, [], 0]);
    for (const { project_id, job_id } of results)
      expect(upstream.effectsOf('dli', project_id, job_id)).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sign } from '../../shared/edge/signer.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { isProjectId } from '../../shared/operations/operation.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import type { Routed } from '../../shared/upstream/destination.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { makeSchedule } from '../simulation/schedule.ts';
import { turnUntil } from '../support/deadlines.ts';
import { fingerprint } from '../support/fingerprints.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { wireReply } from '../support/replies.ts';

const SECOND = 1_000;
/** The shortest time that the breaker of a refused credential is open. */
const OPEN_MS = 60 * SECOND;
/** After which an exchange is silence. */
const CALL_TIMEOUT = 20 * SECOND;
const INVOCATION = 120 * SECOND;
/** Long enough for four times at which the breaker is half-open, and for three. */
const HISTORY = 8 * 60 * SECOND;
const SHORT_HISTORY = 5 * 60 * SECOND;
/** As many as run at once by default. */
const PROCESSES = 2;

const REFUSALS: readonly (readonly [status: number, body: unknown])[] = [
  [401, { error_code: 'APIGW.0301' }],
  [400, { error_code: 'APIGW.0301' }],
  [403, { error_code: 'APIG.0301' }],
  [400, [{ error_code: 'DLI.0014' }]],
  [403, { error_code: 'DRS.M00103' }],
  [401, { error_code: 'of a new kind' }],
  [401, '<html>'],
];

interface History {
  readonly projects: number;
  /** When the pair stops being good; at 0 it never was. */
  readonly revokedAt: number;
  /** When another pair is in the secret, which is no better. */
  readonly renewedAt: number;
  readonly refusal: readonly [status: number, body: unknown];
  /** Of refusals and of good replies, in turn. */
  readonly latencies: readonly number[];
  /** A project whose requests are never answered as long as they are signed well. */
  readonly hangs: number;
  /** A project for which the pair is never good. */
  readonly odd: number;
  /** Between invocations of one process. */
  readonly restMs: number;
  /** Whether each invocation is a new process's. */
  readonly isNew: boolean;
  readonly callsEach: number;
}

/** What all processes of a history share. */
const startWorld = (history: History) => {
  const { now, after, run } = makeSchedule(0);
  let ids = 0;
  return {
    history,
    now,
    after,
    run,
    pause: (ms: number) => new Promise<void>((resolve) => after(ms, resolve)),
    ledger: memoryLedger(),
    /** When bad signatures arrived, for each pair. */
    bad: new Map<string, number[]>(),
    log: keptLog().log,
    newId: () => `id ${++ids}`,
  };
};

type World = ReturnType<typeof startWorld>;

const makeUpstream = ({ history, now, pause, bad }: World): Exchange => {
  let replies = 0;
  return async ({ headers }) => {
    const [, access = ''] = /Access=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const project = headers['x-project-id'];
    const isBad = now() >= history.revokedAt || project === `p${history.odd}`;
    if (isBad) bad.set(access, [...(bad.get(access) ?? []), now()]);
    else if (project === `p${history.hangs}`) {
      await pause(CALL_TIMEOUT);
      return { kind: 'silent', reason: 'timeout' };
    }
    await pause(history.latencies[replies++ % history.latencies.length] ?? 0);
    return isBad ? wireReply(...history.refusal) : wireReply(200, [{ is_success: 'true' }]);
  };
};

const startProcess = (world: World, exchange: Exchange) => {
  const { history, now, log, newId, pause } = world;
  const fetch = async () => {
    const name = now() < history.renewedAt ? 'old' : 'new';
    return JSON.stringify({ projects: { '*': { ak: name, sk: 'secret' } } });
  };
  const accounts = makeAccounts(
    { fetch, now, log },
    { ttlMs: 300 * SECOND, leastRefreshMs: 10 * SECOND },
  );
  const { send, identify } = makeAuthorised(
    { accounts, tokens: makeTokens({ now }), exchange, sign, fingerprint, now, log, newId },
    {
      endpoints: { dli: 'https://dli', drs: 'https://drs' },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: OPEN_MS,
    },
  );
  return { send: makePaced({ send, now, random: () => 0.5, pause }), identify };
};

const requestsOf = ({ projects }: History): readonly Routed[] =>
  Array.from({ length: projects }, (_, i): Routed => {
    const project = `p${i}`;
    if (!isProjectId(project)) throw new Error('no project id');
    const common = { project, method: 'POST', path: '/' } as const;
    return i % 2
      ? { ...common, service: 'drs', route: 'drs.start' }
      : { ...common, service: 'dli', route: 'dli.run' };
  });

const invoke = async (world: World, edges: ReturnType<typeof startProcess>): Promise<void> => {
  const { history, now, log, newId, ledger } = world;
  const turn = turnUntil(now() + INVOCATION - CALL_TIMEOUT - 1);
  const requests = requestsOf(history);
  const records = makeRecords(ledger, { newVersion: newId, now, keepSeconds: 3_600, log });
  const breakers = makeBreakers({ ...edges, records, log, now }, 30 * SECOND);
  await breakers.load(requests);
  const calls = Array.from({ length: history.callsEach }, () => requests).flat();
  await Promise.all(calls.map((request) => breakers.send(request, turn)));
  await breakers.finish();
};

/** Processes that share a ledger, and send as much as they may. Tells when bad signatures arrived, for each pair. */
const play = async (
  history: History,
  lastsMs = HISTORY,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const world = startWorld(history);
  const upstream = makeUpstream(world);
  const isOver = () => world.now() > lastsMs;
  const start = () => startProcess(world, upstream);
  const work = async (): Promise<void> => {
    for (let edges = start(); !isOver(); edges = history.isNew ? start() : edges) {
      await invoke(world, edges);
      await world.pause(history.restMs);
    }
  };
  for (let n = 0; n < PROCESSES; n++) world.after(n * 100, () => void work());
  await world.run(isOver);
  return world.bad;
};

const mostWhileOpen = (times: readonly number[]): number =>
  Math.max(
    0,
    ...times.map((from) => times.filter((at) => from <= at && at < from + OPEN_MS).length),
  );

describe('a pair of keys meets two bad signatures at most each time that its breaker is half-open, two processes at work', () => {
  const plain: History = {
    projects: 4,
    revokedAt: 30 * SECOND,
    renewedAt: Number.POSITIVE_INFINITY,
    refusal: [401, { error_code: 'APIGW.0301' }],
    latencies: [0],
    hangs: -1,
    odd: -1,
    restMs: SECOND,
    isNew: false,
    callsEach: 2,
  };

  const cases = REFUSALS.flatMap((refusal) =>
    [0, 1_500, 2_500, 5_000, 19_000].flatMap((latency) =>
      // Between them one project, few and many. The last law here draws any combination.
      [
        { refusal, latency, revokedAt: 0, counts: [1, 4] },
        { refusal, latency, revokedAt: 30 * SECOND, counts: [2, 8] },
      ],
    ),
  );
  it.each(cases)(
    '$refusal after $latency ms, good until $revokedAt, for $counts projects',
    async ({ refusal, latency, revokedAt, counts }) => {
      for (const projects of counts) {
        const one = { ...plain, projects, refusal, revokedAt, latencies: [latency] };
        const bad = await play(one, SHORT_HISTORY);
        const times = bad.get('old') ?? [];
        expect(mostWhileOpen(times)).toBeLessThanOrEqual(2);
        // It is tried again: a probe has to show when it is mended.
        expect(times.length).toBeGreaterThan(2);
      }
    },
  );

  it('whatever the history', async () => {
    const latency = fc.constantFrom(0, 10, 200, 1_500, 2_500, 5_000, 19_000);
    const history = fc.record<History>({
      projects: fc.integer({ min: 1, max: 8 }),
      revokedAt: fc.constantFrom(0, 1, 5, 50, 150).map((seconds) => seconds * SECOND),
      renewedAt: fc.constantFrom(1, 60, 151, 400, 9_999).map((seconds) => seconds * SECOND),
      refusal: fc.constantFrom(...REFUSALS),
      latencies: fc.array(latency, { minLength: 1, maxLength: 9 }),
      hangs: fc.integer({ min: -1, max: 3 }),
      odd: fc.integer({ min: -4, max: 3 }),
      restMs: fc.constantFrom(700, 5_000, 20_000),
      isNew: fc.boolean(),
      callsEach: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        for (const times of (await play(one)).values())
          expect(mostWhileOpen(times)).toBeLessThanOrEqual(2);
      }),
      { numRuns: 100 },
    );
  });
});

import { sign } from '../../shared/edge/signer.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { isProjectId } from '../../shared/operations/operation.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import type { Routed } from '../../shared/upstream/destination.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import type { LaneOptions } from '../../shared/upstream/lanes.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { makeSchedule } from '../simulation/schedule.ts';
import { turnUntil } from './deadlines.ts';
import { fingerprint } from './fingerprints.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { wireReply } from './replies.ts';

export const SECOND = 1_000;
/** The shortest time that the breaker of a refused credential is open. */
const OPEN_MS = 60 * SECOND;
/** After which an exchange is silence. */
const CALL_TIMEOUT = 20 * SECOND;
const INVOCATION = 120 * SECOND;
/** Long enough for four times at which the breaker is half-open, and for three. */
const HISTORY = 8 * 60 * SECOND;
export const SHORT_HISTORY = 5 * 60 * SECOND;
export const REFUSALS: readonly (readonly [status: number, body: unknown])[] = [
  [401, { error_code: 'APIGW.0301' }],
  [400, { error_code: 'APIGW.0301' }],
  [403, { error_code: 'APIG.0301' }],
  [400, [{ error_code: 'DLI.0014' }]],
  [403, { error_code: 'DRS.M00103' }],
  [401, { error_code: 'of a new kind' }],
  [401, '<html>'],
];

export interface KeyHistory {
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
  /** As the settings of all processes have it. */
  readonly callsPerKey: LaneOptions['callsPerKey'];
  readonly processes: number;
  /** Whether looks go out as well. */
  readonly looks: boolean;
}

/** What all processes of a history share. */
const startWorld = (history: KeyHistory) => {
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
      callsPerKey: history.callsPerKey,
      refusedMs: OPEN_MS,
    },
  );
  return { send: makePaced({ send, now, random: () => 0.5, pause }), identify };
};

const requestsOf = ({ projects, looks }: KeyHistory): readonly Routed[] =>
  Array.from({ length: projects }, (_, i): readonly Routed[] => {
    const project = `p${i}`;
    if (!isProjectId(project)) throw new Error('no project id');
    const common = { project, method: 'POST', path: '/' } as const;
    const look: Routed = { ...common, service: 'dli', route: 'look', isLook: true };
    const call: Routed =
      i % 2
        ? { ...common, service: 'drs', route: 'drs.start' }
        : { ...common, service: 'dli', route: 'dli.run' };
    return looks ? [look, call, look] : [call];
  }).flat();

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
export const play = async (
  history: KeyHistory,
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
  for (let n = 0; n < history.processes; n++) world.after(n * 100, () => void work());
  await world.run(isOver);
  return world.bad;
};

export const mostWhileOpen = (times: readonly number[]): number =>
  Math.max(
    0,
    ...times.map((from) => times.filter((at) => from <= at && at < from + OPEN_MS).length),
  );

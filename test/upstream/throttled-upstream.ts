import { isProjectId, type UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import type { Send } from '../../shared/upstream/send.ts';
import { makeSchedule } from '../simulation/schedule.ts';
import { ANY_TIME } from '../support/deadlines.ts';
import { replied } from '../support/replies.ts';

/** A gateway's answer takes 50 ms. A call of 100 jobs takes one more for each. */
const REFUSED_MS = 50;
const SERVED_MS = 150;

/** When a call that was refused for the last time comes back with its message. */
const BACK_MS = 5_000;

/** A full minute, in milliseconds since 1970. */
const START = 600_000;

const PROJECT = 'p';
if (!isProjectId(PROJECT)) throw new Error('no project id');
const REQUEST: UpstreamRequest = {
  service: 'dli',
  project: PROJECT,
  method: 'POST',
  path: '/jobs',
};

const GOOD = replied(200, [{ is_success: 'true' }]);
const throttle = (retryAfter?: number): Reply =>
  replied(
    429,
    { error_code: 'APIGW.0308', error_msg: 'words' },
    retryAfter === undefined ? {} : { retryAfter },
  );

/** The same numbers in [0, 1) for the same seed. */
export const seeded = (seed: number) => {
  let state = (seed * 2_654_435_761 + 12_345) % 2_147_483_647;
  return (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** Whether a request at this time is served: `true`, `false`, or after how many seconds it may come again. */
export type Gate = (now: number, random: () => number) => boolean | number;

/** So many of all requests are refused, however fast they come. */
export const atRandom =
  (share: number): Gate =>
  (_, random) =>
    random() >= share;

/** A bucket that holds what one second brings. The rate may change with time. */
export const perSecond = (rateAt: number | ((now: number) => number)): Gate => {
  let [tokens, at] = [Number.POSITIVE_INFINITY, 0];
  return (now) => {
    const rate = typeof rateAt === 'number' ? rateAt : rateAt(now);
    tokens = Math.min(Math.max(1, rate), tokens + ((now - at) / 1_000) * rate);
    at = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
};

/** So many in each minute, as Huawei's gateway counts. */
export const perMinute = (count: number, says: 'Retry-After' | 'nothing'): Gate => {
  let [minute, served] = [-1, 0];
  return (now) => {
    if (Math.floor(now / 60_000) !== minute) [minute, served] = [Math.floor(now / 60_000), 0];
    if (served++ < count) return true;
    return says === 'nothing' ? false : Math.ceil(((minute + 1) * 60_000 - now) / 1_000);
  };
};

/** Refused by either. */
export const both =
  (one: Gate, other: Gate): Gate =>
  (now, random) => {
    const first = one(now, random);
    return first === true ? other(now, random) : first;
  };

type Pause = (ms: number) => Promise<void>;

/** What sends each call of a process. */
export type Sender = (edges: {
  readonly send: Send;
  readonly now: () => number;
  readonly random: () => number;
  readonly pause: Pause;
}) => Send;

/** A loader with three retries: 100 ms, then twice as long each time. */
export const peer: Sender =
  ({ send, pause }) =>
  async (request, turn) => {
    for (let tries = 0; ; tries++) {
      const reply = await send(request, turn);
      if (reply === GOOD || tries === 3) return reply;
      await pause(100 * 2 ** tries);
    }
  };

export interface Load {
  readonly gate: Gate;
  readonly calls: number;
  readonly seed: number;
  /** Calls at once in each process. */
  readonly atOnce?: number;
  readonly processes?: number;
  readonly sender?: Sender;
  /** How long after its last refusal a call comes back. */
  readonly backMs?: number;
}

export interface Played {
  readonly seconds: number;
  /** Requests by calls. */
  readonly attempts: number;
  /** How often a call had to come back with its message. */
  readonly back: number;
}

/** Calls that wait for a worker, and those that were served. */
const makeCalls = (count: number, after: (ms: number, act: () => void) => void, backMs: number) => {
  let [waiting, served, back] = [count, 0, 0];
  return {
    isOver: () => served === count,
    back: () => back,
    take: (): boolean => {
      if (waiting === 0) return false;
      waiting--;
      return true;
    },
    end: (isServed: boolean): void => {
      if (isServed) served++;
      else {
        back++;
        after(backMs, () => waiting++);
      }
    },
  };
};

/** Plays all calls until each is served, in virtual time. */
export const play = async (load: Load): Promise<Played> => {
  const { gate, seed, atOnce = 20, processes = 1, sender = makePaced, backMs = BACK_MS } = load;
  const schedule = makeSchedule(START);
  const random = seeded(seed);
  const pause: Pause = (ms) => new Promise((resolve) => schedule.after(ms, resolve));
  const calls = makeCalls(load.calls, schedule.after, backMs);
  let [sent, endedAt] = [0, START];
  const send: Send = async () => {
    sent++;
    await pause(REFUSED_MS * (0.8 + 0.4 * random()));
    const passes = gate(schedule.now(), random);
    if (passes !== true) return throttle(passes === false ? undefined : passes);
    await pause((SERVED_MS - REFUSED_MS) * (0.8 + 0.4 * random()));
    return GOOD;
  };
  const work = async (paced: Send): Promise<void> => {
    while (!calls.isOver()) {
      if (!calls.take()) await pause(20);
      else {
        calls.end((await paced(REQUEST, ANY_TIME)) === GOOD);
        endedAt = schedule.now();
      }
    }
  };
  for (let i = 0; i < processes; i++) {
    const paced = sender({ send, now: schedule.now, random, pause });
    for (let j = 0; j < atOnce; j++) void work(paced);
  }
  await schedule.run(calls.isOver);
  return { seconds: (endedAt - START) / 1_000, attempts: sent / load.calls, back: calls.back() };
};

/** The figure that lies in the middle. */
export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

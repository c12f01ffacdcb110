import { type Case, drawCase } from './draw.ts';
import { makeJudge } from './laws.ts';
import { repeatFaults } from './repeats.ts';
import type { Outcome, Room } from './room.ts';

/** A request that broke a law, made as small as possible. */
export interface Failure {
  readonly number: number;
  readonly faults: readonly string[];
  readonly one: Case;
  readonly outcome: Outcome | undefined;
}

export interface Report {
  readonly requests: number;
  readonly taken: number;
  /** Requests that were taken, by their scheme. */
  readonly schemes: ReadonlyMap<string, number>;
  readonly messages: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** The first failure of each kind. */
  readonly failures: readonly Failure[];
  /** The numbers of all of them. */
  readonly failed: readonly number[];
}

type Judge = ReturnType<typeof makeJudge>;

/** An event of no server is refused by this error. Any other crash breaks the law. */
const NOT_HTTP = 'NotHttpEventError';

/** While IAM is left in peace, a request with a new token of it comes no further, and neither does its repeat. */
const isLeftUnchecked = ({ text }: Outcome): boolean => text.includes('Callers cannot be checked');

const playCase = async (room: Room, judge: Judge, one: Case) => {
  try {
    const outcome = await room.ask(one.event, one.isQueueDown);
    const faults = judge(one, outcome);
    const mayRepeat =
      faults.length === 0 &&
      (outcome.status < 300 || one.isQueueDown) &&
      !isLeftUnchecked(outcome) &&
      one.effect === 'keeps' &&
      one.base.due === 'taken';
    return {
      outcome,
      faults: mayRepeat ? await repeatFaults(room, one, outcome) : faults,
    };
  } catch (error) {
    const isMeant =
      one.mutations.includes('a spoilt event') && error instanceof Error && error.name === NOT_HTTP;
    return { outcome: undefined, faults: isMeant ? [] : [`it threw ${String(error)}`] };
  }
};

/** Leaves out one mutation after the other, for as long as the request still breaks a law. */
const shrink = async (room: Room, judge: Judge, seed: number, number: number): Promise<Failure> => {
  let one = drawCase(seed, number);
  let played = await playCase(room, judge, one);
  for (const name of one.mutations) {
    const fewer = drawCase(
      seed,
      number,
      one.mutations.filter((other) => other !== name),
    );
    const again = await playCase(room, judge, fewer);
    if (again.faults.length === 0) continue;
    one = fewer;
    played = again;
  }
  return { number, one, ...played };
};

export interface PlayOptions {
  readonly seed: number;
  /** The number of the first request. */
  readonly from?: number;
  readonly count: number;
  /** Is called now and then, with the number of requests so far. */
  readonly onProgress?: (requests: number) => void;
}

/** After so many kinds of failure, more would tell nothing new. */
const MOST_KINDS = 20;

/** Faults that differ in ids and numbers alone are of one kind. */
const kindOf = (faults: readonly string[]): string =>
  faults
    .join()
    .replaceAll(/[0-9a-f-]{8,}|\d+/g, '#')
    .slice(0, 120);

const PROGRESS = 50_000;

const countOne = <K>(counts: Map<K, number>, key: K): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Sends requests of a seed, one after the other, and judges each. */
export const play = async (
  room: Room,
  { seed, from = 0, count, onProgress }: PlayOptions,
): Promise<Report> => {
  const judge = makeJudge();
  const statuses = new Map<number, number>();
  const schemes = new Map<string, number>();
  const failures = new Map<string, Failure>();
  const failed: number[] = [];
  let [requests, taken, messages] = [0, 0, 0];
  while (requests < count && failures.size < MOST_KINDS) {
    const number = from + requests;
    const one = drawCase(seed, number);
    const { outcome, faults } = await playCase(room, judge, one);
    requests += 1;
    countOne(statuses, outcome?.status ?? 0);
    messages += outcome?.queued.length ?? 0;
    if ((outcome?.queued.length ?? 0) > 0) {
      taken += 1;
      countOne(schemes, one.base.scheme);
    }
    if (faults.length > 0) failed.push(number);
    if (faults.length > 0 && !failures.has(kindOf(faults)))
      failures.set(kindOf(faults), await shrink(room, judge, seed, number));
    if (requests % PROGRESS === 0) onProgress?.(requests);
  }
  return { requests, taken, schemes, messages, statuses, failures: [...failures.values()], failed };
};

import { POISONS, type Poison } from './poison-model.ts';
import type { Random } from './random.ts';
import { drawWalls, isWall, WALLS, type Wall } from './walls.ts';

/** Everything that can go wrong, by where it does. */
export const FAULTS = [
  // The queue.
  'sent, but not told',
  'not sent',
  'delivered late',
  'given twice',
  'given twice in a batch',
  'not deleted',
  'not postponed',
  'not buried',
  'buried, but not told',
  // The functions.
  'control crashes',
  'accept crashes',
  'slow clock',
  // The ledger.
  'written, but not told',
  'written late, and not told',
  'not written',
  'not read',
  'ledger slow',
  // The bus.
  'published, but not told',
  'not published',
  // A batch call.
  'throttle',
  'throttle as 400',
  'error 500',
  'error 500 after effect',
  'error 500, then effect',
  'server error as 400',
  'unauthorized',
  'hang before effect',
  'hang after effect',
  'effect after death',
  'effect after silence',
  'reset',
  'reset, then effect',
  'short',
  'long',
  'html',
  'empty',
  'row missing',
  'rows at odds',
  'busy',
  // A look.
  'look hangs',
  'look error',
  'look throttled',
  'look html',
  // Both, for as long as it lasts.
  'outage',
  ...WALLS,
] as const;
export type FaultName = (typeof FAULTS)[number];

/** What a reply that is no fault can look like, by service; all of them are on record. */
export const SHAPES = {
  dli: ['per-job', 'one-element', 'bare-object', 'boolean', 'error-array'],
  drs: ['jobs', 'results', 'both', 'status-200', 'shuffled', 'code-alone'],
} as const;

/** What one history is like: drawn once, so that every history has a mixture of its own. */
export interface Climate {
  readonly rates: ReadonlyMap<FaultName, number>;
  /** Milliseconds after the start: from then on nothing goes wrong. */
  readonly calmAfter: number;
  readonly acceptsFor: number;
  readonly wishes: number;
  readonly jobs: number;
  readonly projects: number;
  readonly jobsPerWish: number;
  readonly deadlineMs: number;
  readonly shortDeadlines: number;
  readonly garbage: number;
  readonly badJobs: number;
  readonly restarts: number;
  readonly flagged: number;
  /** How often somebody else wishes the same soon after. */
  readonly echoes: number;
  /** How often a job is in a state that no wish of the history's has brought it to, and that is no plain rest. */
  readonly odd: number;
  /** Each acceptance of an event has one of its own. */
  readonly maxMessageBytes: readonly number[];
  readonly blockJobs: number;
  /** How often an event is of another time than just now. */
  readonly oddTimes: number;
  /** How often an event's id is used again with another detail. */
  readonly reused: number;
  readonly takesReplays: boolean;
  /** How often a sender gives its wishes an order of their own. */
  readonly sequenced: number;
  /** A process of the way in whose clock is an hour ahead for a while; milliseconds since the start. */
  readonly ahead:
    | { readonly process: number; readonly from: number; readonly to: number }
    | undefined;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly concurrency: number;
  readonly functionMs: number;
  readonly callMs: number;
  /** How late effects and statuses are at most after a request has ended. */
  readonly settleMs: number;
  /** How often a status, or an effect, is late. */
  readonly late: number;
  /** How often an invocation is of the release before, which does not record when requests ended. */
  readonly older: number;
  readonly visibilityMs: number;
  readonly maxReceives: number;
  readonly maxJobsPerCall: number;
  readonly callConcurrency: number;
  readonly refuseWhole: number;
  readonly shape: { readonly dli: string; readonly drs: string };
  readonly stepMs: number;
  readonly jobsFail: number;
  readonly jobsEnd: number;
  readonly takesEarlyRuns: boolean;
  /** Whether DLI tells when a job was started; DRS never does. */
  readonly tellsStart: boolean;
  readonly redrives: boolean;
  readonly callsForMs: number;
  /** What some jobs make of every call that they are in, and how many of them do. */
  readonly poison: Poison | undefined;
  readonly poisonous: number;
  /** Requests by one key pair under way at once in one execution environment. */
  readonly callsPerKey: number;
  readonly outage: Outage;
  readonly walls: readonly Wall[];
}

/** A time, in milliseconds since the start, in which a service refuses everybody, all in one way. */
export interface Outage {
  readonly service: 'dli' | 'drs';
  readonly from: number;
  readonly to: number;
  readonly as: 'error 500' | 'throttle' | 'unauthorized' | 'hang before effect';
}

const drawOutage = (random: Random, acceptsFor: number): Outage => {
  const from = random.between(0, acceptsFor);
  return {
    service: random.pick(['dli', 'dli', 'drs']),
    from,
    to: from + random.pick([10, 60, 600]) * SECOND,
    as: random.pick(['error 500', 'throttle', 'unauthorized', 'hang before effect']),
  };
};

const drawAhead = (random: Random, acceptsFor: number): Climate['ahead'] => {
  const from = random.between(0, acceptsFor);
  const ahead = { process: 0, from, to: from + random.pick([1, 60]) * SECOND };
  return random.chance(0.2) ? ahead : undefined;
};

const drawRates = (random: Random): ReadonlyMap<FaultName, number> => {
  const share = random.pick([0, 0.1, 0.25, 0.25, 0.6]);
  const most = random.pick([0.1, 0.3, 0.6]);
  return new Map(
    FAULTS.flatMap((fault) => {
      const isOn = random.chance(share);
      const rate = fault === 'outage' || isWall(fault) ? 1 : 0.02 + random.next() * most;
      return isOn ? [[fault, rate] as const] : [];
    }),
  );
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const drawClimate = (random: Random): Climate => {
  const drawn = drawRates(random);
  const acceptsFor = random.pick([SECOND, 20 * SECOND, 2 * MINUTE, 10 * MINUTE]);
  const ahead = drawAhead(random, acceptsFor);
  // What comes by a clock that is ahead is as old as its message: of two copies nobody could tell which counts.
  const isOff = (fault: FaultName) => fault === 'not sent' || fault === 'sent, but not told';
  const rates = new Map([...drawn].filter(([fault]) => ahead === undefined || !isOff(fault)));
  const functionMs = random.pick([30, 60, 120]) * SECOND;
  return {
    rates,
    calmAfter: Math.round(acceptsFor * (0.5 + random.next()) + random.pick([0, 1, 5]) * MINUTE),
    acceptsFor,
    wishes: random.between(1, 7),
    jobs: random.between(1, 4),
    projects: random.pick([1, 1, 2]),
    jobsPerWish: random.pick([1, 2, 4, 4]),
    deadlineMs: random.pick([6 * HOUR, 6 * HOUR, 24 * HOUR, 5 * MINUTE]),
    shortDeadlines: random.pick([0, 0, 0.3]),
    garbage: random.pick([0, 0, 0.3]),
    badJobs: random.pick([0, 0, 0.25]),
    restarts: random.pick([0, 0.3, 0.8]),
    flagged: random.pick([0, 0.3, 0.7]),
    echoes: random.pick([0, 0, 0, 0.4]),
    odd: random.pick([0, 0, 0.4]),
    maxMessageBytes: random.pick([[262_144], [600], [262_144, 1], [262_144, 1, 600]]),
    blockJobs: random.pick([1, 2, 100]),
    oddTimes: random.pick([0, 0, 0.5]),
    reused: random.pick([0, 0, 0.4]),
    takesReplays: random.chance(0.5),
    sequenced: random.pick([0, 0, 0, 0, 0, 0.5]),
    ahead,
    batchSize: random.pick([1, 3, 10, 10]),
    windowMs: random.pick([0, 500, 5 * SECOND]),
    concurrency: random.pick([1, 2, 3]),
    functionMs,
    callMs: random.pick([5, 20]) * SECOND,
    late: random.pick([0, 0, 0.3, 1]),
    older: random.pick([0, 0, 0, 0.5]),
    settleMs: random.pick([5, 30, 30, 120]) * SECOND,
    visibilityMs: random.pick([6 * functionMs, 6 * functionMs, 15 * SECOND]),
    maxReceives: random.pick([200, 200, 200, 6]),
    maxJobsPerCall: random.pick([100, 2, 1, 3]),
    callConcurrency: random.pick([1, 8]),
    refuseWhole: random.pick([0, 0, 0.5, 1]),
    shape: { dli: random.pick(SHAPES.dli), drs: random.pick(SHAPES.drs) },
    stepMs: random.pick([200, 5 * SECOND, MINUTE]),
    jobsFail: random.pick([0, 0, 0, 0.2]),
    jobsEnd: random.pick([0, 0, 0, 0.3]),
    takesEarlyRuns: random.chance(0.3),
    tellsStart: random.chance(0.8),
    // A message that is moved is as new as the move: nobody could tell how old such a wish is then.
    redrives: random.chance(0.3) && ahead === undefined,
    outage: drawOutage(random, acceptsFor),
    walls: drawWalls(random, acceptsFor),
    callsForMs: random.pick([15, 15, 5, 60]) * SECOND,
    callsPerKey: random.pick([1, 1, 2, 8]),
    poison: random.chance(0.4) ? random.pick(POISONS) : undefined,
    poisonous: random.pick([0.15, 0.3, 1]),
  };
};

/** Decides, each time, whether a fault strikes. */
export interface Weather {
  readonly strikes: (fault: FaultName) => boolean;
  /** At most one of several. */
  readonly strikesOne: (faults: readonly FaultName[]) => FaultName | undefined;
}

export const makeWeather = (
  random: Random,
  rates: ReadonlyMap<FaultName, number>,
  isCalm: () => boolean,
  onFault: (fault: FaultName) => void,
): Weather => {
  const strikes = (fault: FaultName): boolean => {
    const rate = rates.get(fault);
    if (rate === undefined || isCalm() || !random.chance(rate)) return false;
    onFault(fault);
    return true;
  };
  return { strikes, strikesOne: (faults) => faults.find(strikes) };
};

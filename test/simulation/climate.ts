import type { ListClimate } from './list-model.ts';
import type { Poison } from './poison-model.ts';
import type { Random } from './random.ts';
import { WALLS, type Wall } from './walls.ts';

/** Every fault that the simulation injects, by place. */
export const FAULTS = [
  // The queue.
  'sent, but not told',
  'not sent',
  'delivered late',
  'given twice',
  'given twice in a batch',
  'not deleted',
  'not postponed',
  'not dead-lettered',
  'dead-lettered, but not told',
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
  'batch written, but not told',
  'batch not written',
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
  // Calls and looks alike, for a while.
  'outage',
  ...WALLS,
] as const;
export type FaultName = (typeof FAULTS)[number];

/** The shapes of a reply without a fault, by service. Each is on record. */
export const SHAPES = {
  dli: ['per-job', 'one-element', 'bare-object', 'boolean', 'error-array'],
  drs: ['jobs', 'results', 'both', 'status-200', 'shuffled', 'code-alone'],
} as const;

/** The conditions of one history. Each history draws its own mixture. */
export interface Climate {
  readonly rates: ReadonlyMap<FaultName, number>;
  /** Milliseconds after the start. No fault strikes from then on. */
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
  /** How often another caller wishes the same soon after. */
  readonly echoes: number;
  /** How often a job starts in an odd state, into which no wish of this history brought it. */
  readonly odd: number;
  /** The limits among which each acceptance of an event draws its own. */
  readonly maxMessageBytes: readonly number[];
  readonly blockJobs: number;
  /** How often an event has another time than now. */
  readonly oddTimes: number;
  /** How often an event id is reused with another detail. */
  readonly reused: number;
  readonly takesReplays: boolean;
  /** How often a caller orders its intents by a sequence. */
  readonly sequenced: number;
  /** An accepting process whose clock is an hour ahead for a while, in milliseconds since the start. */
  readonly ahead:
    | { readonly process: number; readonly from: number; readonly to: number }
    | undefined;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly concurrency: number;
  readonly functionMs: number;
  readonly callMs: number;
  /** The most by which effects and statuses show late after a request ended. */
  readonly settleMs: number;
  /** How often a status, or an effect, is late. */
  readonly late: number;
  /** How often an invocation runs the previous release, which does not record when requests ended. */
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
  /** What a poisonous job does to every call that holds it, and the share of such jobs. */
  readonly poison: Poison | undefined;
  readonly poisonous: number;
  /** Concurrent requests by one key pair in one execution environment. */
  readonly callsPerKey: number;
  /** In place of `callsPerKey`: one at first, and one more for each good reply, up to `callConcurrency`. */
  readonly slowStarts: boolean;
  /** DLI's list of jobs. */
  readonly list: ListClimate;
  readonly outage: Outage;
  readonly walls: readonly Wall[];
}

/** A time, in milliseconds since the start, in which a service refuses every request, always in one way. */
export interface Outage {
  readonly service: 'dli' | 'drs';
  readonly from: number;
  readonly to: number;
  readonly as: 'error 500' | 'throttle' | 'unauthorized' | 'hang before effect';
}

/** Decides each time whether a fault strikes. */
export interface Weather {
  readonly strikes: (fault: FaultName) => boolean;
  /** The first of several faults that strikes, if any. */
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

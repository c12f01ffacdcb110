import {
  type ControlEdges,
  type ControlLimits,
  type ControlLoop,
  makeControlLoop,
} from '../../shared/control/control.ts';
import { SILENT_LOG } from '../../shared/json/log.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { type AcceptBreakage, makeAcceptModel } from './accept-model.ts';
import { type Known, withAges } from './ages.ts';
import { makeBusModel } from './bus-model.ts';
import { type Invocation, makeChronicle, type Step } from './chronicle.ts';
import { type Climate, type FaultName, makeWeather } from './climate.ts';
import { drawClimate } from './draw-climate.ts';
import { makeJobsModel } from './job-model.ts';
import { makeKeyLanes } from './key-lanes.ts';
import { makeLedgerModel } from './ledger-model.ts';
import { makeListModel } from './list-model.ts';
import { makeMappingModel } from './mapping-model.ts';
import { makePoison } from './poison-model.ts';
import { type Handed, makeQueueModel } from './queue-model.ts';
import { makeRandom } from './random.ts';
import { makeSchedule } from './schedule.ts';
import { makeUpstreamModel } from './upstream-model.ts';
import { exchange, type Life, rest, type Wire } from './wire.ts';
import { drawWorkload, type Workload } from './workload.ts';

/** Makes the system worse from outside, to see whether the oracles notice. */
export interface Breakage extends AcceptBreakage {
  readonly edges?: (edges: ControlEdges<Handed>) => ControlEdges<Handed>;
  readonly limits?: (limits: ControlLimits) => ControlLimits;
  readonly loop?: (loop: ControlLoop<Handed>) => ControlLoop<Handed>;
}

export interface Options {
  readonly seed: number;
  /** Another run of the same workload in the same climate. */
  readonly variant?: number;
  /** Which deeds and faults to leave out. */
  readonly without?: {
    readonly deeds: ReadonlySet<number>;
    readonly faults: ReadonlySet<FaultName>;
  };
  readonly breakage?: Breakage;
}

/** What happened, and what it happened to. */
export interface History {
  readonly climate: Climate;
  readonly workload: Workload;
  /** With ages in place of intents' ids. */
  readonly steps: readonly Step[];
  readonly intents: readonly Known[];
  /** Events that have results as more than one intent. */
  readonly rivals: readonly string[];
  readonly calmAt: number;
  readonly endedAt: number;
  readonly isDrained: boolean;
  /** What became of the jobs upstream. */
  readonly statusOf: (key: string) => string;
}

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** Deadlines make every history finite: by then even a day's are over. */
const PATIENCE_MS = 30 * HOUR;

const AFTERWARDS_MS = 5_000;

const silentLog = SILENT_LOG;

/** Plays the whole pipeline, accept to bus, once. The same options give the same history, to the last step. */
export const simulate = async ({
  seed,
  variant = 0,
  without,
  breakage = {},
}: Options): Promise<History> => {
  const drawn = drawClimate(makeRandom(seed, 1));
  const rates = new Map([...drawn.rates].filter(([fault]) => !without?.faults.has(fault)));
  const climate: Climate = { ...drawn, rates };
  const workload = drawWorkload(makeRandom(seed, 2), climate, START);

  const schedule = makeSchedule(START);
  const chronicle = makeChronicle(schedule.now);
  const { tell, steps } = chronicle;
  const random = makeRandom(seed, 3 + 2 * variant);
  const calmAt = START + climate.calmAfter;
  const weather = makeWeather(
    makeRandom(seed, 4 + 2 * variant),
    rates,
    () => schedule.now() >= calmAt,
    (fault) => tell({ kind: 'fault', fault }),
  );
  const wire: Wire = { schedule, random, weather };

  // What was asked for at the very end has yet to show.
  let afterwards = 0;
  const jobs = makeJobsModel({
    now: () => schedule.now() + afterwards,
    random,
    stepMs: climate.stepMs,
    jobsFail: () => random.chance(climate.jobsFail),
    jobsEnd: () => random.chance(climate.jobsEnd),
    takesEarlyRuns: climate.takesEarlyRuns,
    lateBy: () => (random.chance(climate.late) ? random.between(0, climate.settleMs) : 0),
  });
  for (const { key, status, savepoint } of workload.stored) jobs.add(key, status, savepoint);
  const poison = makePoison(climate, makeRandom(seed, 0), () => schedule.now() >= calmAt);
  const ledger = makeLedgerModel(wire, chronicle, makeRandom(seed, 2_000 + variant));
  const bus = makeBusModel(wire, chronicle);
  const list = makeListModel(jobs, climate.list, makeRandom(seed, 1_000 + variant));
  const upstream = makeUpstreamModel(wire, chronicle, jobs, climate, poison, list);
  const queue = makeQueueModel(wire, chronicle, {
    visibilityMs: climate.visibilityMs,
    maxReceives: climate.maxReceives,
    onVisible: () => mapping.arm(queue),
  });

  const deadLetterIn =
    (life: Life, invocation: Invocation) =>
    ({ messageId, body }: Handed, reason: string): Promise<boolean> =>
      exchange(wire, life, { longest: 20 }, () => {
        const letter = invocation.letters.find(({ id }) => id === messageId);
        if (letter === undefined) throw new Error(`nobody knows the message ${messageId}`);
        if (weather.strikes('not dead-lettered')) {
          invocation.faults++;
          return false;
        }
        tell({ kind: 'dead-lettered', invocation, letter, body, reason });
        queue.dead.push(letter);
        if (!weather.strikes('dead-lettered, but not told')) return true;
        invocation.faults++;
        return false;
      });

  const limits: ControlLimits = {
    maxJobsPerCall: () => climate.maxJobsPerCall,
    callConcurrency: climate.callConcurrency,
    leastListed: climate.list.leastJobs,
    msPerCall: climate.callMs + 5_000,
    callsForMs: climate.callsForMs,
    leaseMs: climate.functionMs + Math.max(30_000, climate.settleMs),
    settleMs: () => climate.settleMs,
    recordsEnds: true,
    restartDelaySeconds: 10,
    maxReceives: climate.maxReceives,
    blockJobs: climate.blockJobs,
    keepSeconds: 30 * 24 * 3_600,
  };
  const lanes = makeKeyLanes(climate, schedule.now);
  let ids = 0;
  const openLoop = (life: Life, invocation: Invocation, remainingMs: () => number) => {
    const lane = lanes.enter();
    const skew = weather.strikes('slow clock') ? random.between(-1_000, 1_000) : 0;
    // One process has one clock.
    const now = () => schedule.now() + skew;
    const own = { ...limits, recordsEnds: !random.chance(climate.older) };
    const edges: ControlEdges<Handed> = {
      ledger: ledger.openFor(life, invocation),
      identify: async () => ({ kind: 'known', key: 'pair' }),
      send: makePaced({
        send: lane.inTurn(upstream.openFor(life, invocation, remainingMs, now)),
        now,
        random: random.next,
        pause: (ms) => rest(wire, life, ms),
      }),
      publish: bus.openFor(life, invocation),
      deadLetter: deadLetterIn(life, invocation),
      remove: (messages) =>
        exchange(wire, life, { longest: 20 }, () => {
          for (const message of messages) queue.remove(message);
        }),
      postpone: (messages) =>
        exchange(wire, life, { longest: 20 }, () => {
          for (const [message, seconds] of messages) queue.postpone(message, seconds);
        }),
      log: silentLog,
      now,
      random: random.next,
      newId: () => `id${++ids}`,
    };
    const loop = makeControlLoop(breakage.edges?.(edges) ?? edges, breakage.limits?.(own) ?? own);
    const whole = breakage.loop?.(loop) ?? loop;
    return async (...batch: Parameters<typeof whole>) => {
      try {
        return await whole(...batch);
      } finally {
        lane.leave();
      }
    };
  };
  const mapping = makeMappingModel(wire, chronicle, climate, openLoop);
  const accept = makeAcceptModel(wire, chronicle, climate, queue, breakage);

  let deedsAhead = 0;
  workload.deeds.forEach((deed, i) => {
    if (without?.deeds.has(i)) return;
    deedsAhead++;
    schedule.after(deed.at, () => {
      deedsAhead--;
      accept.carryOut(deed);
    });
  });
  if (climate.redrives) {
    deedsAhead++;
    schedule.after(climate.calmAfter + 60_000, () => {
      deedsAhead--;
      queue.takeUpDead();
    });
  }

  const isDrained = () =>
    deedsAhead === 0 && accept.isIdle() && queue.isEmpty() && mapping.isIdle();
  const isOver = () => isDrained() || schedule.now() > calmAt + PATIENCE_MS;
  await schedule.run(isOver);
  afterwards = AFTERWARDS_MS;
  return {
    climate,
    workload,
    ...withAges(steps),
    calmAt,
    endedAt: schedule.now(),
    isDrained: isDrained(),
    statusOf: jobs.statusOf,
  };
};

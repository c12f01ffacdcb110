import { type Climate, FAULTS, type FaultName, type Outage, SHAPES } from './climate.ts';
import { LIST_REFUSALS } from './list-model.ts';
import { POISONS } from './poison-model.ts';
import type { Random } from './random.ts';
import { drawWalls, isWall } from './walls.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

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

const drawWishes = (random: Random) => ({
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
});

const drawAcceptance = (random: Random) => ({
  maxMessageBytes: random.pick([[262_144], [600], [262_144, 1], [262_144, 1, 600]]),
  blockJobs: random.pick([1, 2, 100]),
  oddTimes: random.pick([0, 0, 0.5]),
  reused: random.pick([0, 0, 0.4]),
  takesReplays: random.chance(0.5),
  sequenced: random.pick([0, 0, 0, 0, 0, 0.5]),
});

const drawFunctions = (random: Random, functionMs: number) => ({
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
});

const drawUpstream = (random: Random) => ({
  refuseWhole: random.pick([0, 0, 0.5, 1]),
  shape: { dli: random.pick(SHAPES.dli), drs: random.pick(SHAPES.drs) },
  stepMs: random.pick([200, 5 * SECOND, MINUTE]),
  jobsFail: random.pick([0, 0, 0, 0.2]),
  jobsEnd: random.pick([0, 0, 0, 0.3]),
  takesEarlyRuns: random.chance(0.3),
  tellsStart: random.chance(0.8),
});

const drawPoison = (random: Random) => ({
  poison: random.chance(0.4) ? random.pick(POISONS) : undefined,
  poisonous: random.pick([0.15, 0.3, 1]),
});

const drawList = (random: Random): Climate['list'] => ({
  leastJobs: random.pick([1, 1, 2, 10]),
  pages: random.pick([1, 1, 2, 3]),
  leavesOut: random.pick([0, 0, 0.3, 1]),
  ahead: random.pick([0, 0.5]),
  refusesAs: random.pick(LIST_REFUSALS),
  refuses: random.pick([0, 0, 0.3, 1]),
});

/** Draws a climate. The order of the draws is part of every seed's history: keep it. */
export const drawClimate = (random: Random): Climate => {
  const drawn = drawRates(random);
  const acceptsFor = random.pick([SECOND, 20 * SECOND, 2 * MINUTE, 10 * MINUTE]);
  const ahead = drawAhead(random, acceptsFor);
  // Under a clock that is ahead, an intent is as old as its message. With two copies of a message its age would be unclear.
  const isOff = (fault: FaultName) => fault === 'not sent' || fault === 'sent, but not told';
  const rates = new Map([...drawn].filter(([fault]) => ahead === undefined || !isOff(fault)));
  const functionMs = random.pick([30, 60, 120]) * SECOND;
  return {
    rates,
    calmAfter: Math.round(acceptsFor * (0.5 + random.next()) + random.pick([0, 1, 5]) * MINUTE),
    acceptsFor,
    ...drawWishes(random),
    ...drawAcceptance(random),
    ahead,
    ...drawFunctions(random, functionMs),
    ...drawUpstream(random),
    // A message that is moved is as new as the move. Beside a clock that is ahead, its age would be unclear.
    redrives: random.chance(0.3) && ahead === undefined,
    outage: drawOutage(random, acceptsFor),
    walls: drawWalls(random, acceptsFor),
    callsForMs: random.pick([15, 15, 5, 60]) * SECOND,
    callsPerKey: random.pick([1, 1, 2, 8]),
    ...drawPoison(random),
    slowStarts: random.chance(0.3),
    list: drawList(random),
  };
};

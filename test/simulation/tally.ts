import { FAULTS, type FaultName } from './climate.ts';
import type { Violation } from './oracles/index.ts';
import type { History } from './simulate.ts';

/** Counts over many histories. Plain data, since threads pass it on. */
export interface Tally {
  histories: number;
  invocations: number;
  crashes: number;
  calls: number;
  looks: number;
  events: number;
  intents: number;
  readonly faults: Record<string, number>;
  /** The first seeds that broke a promise, by promise. */
  readonly broken: Record<string, { count: number; seeds: number[] }>;
}

const MOST_SEEDS = 10;

export const emptyTally = (): Tally => ({
  histories: 0,
  invocations: 0,
  crashes: 0,
  calls: 0,
  looks: 0,
  events: 0,
  intents: 0,
  faults: {},
  broken: {},
});

const countFault = ({ faults }: Tally, fault: string, by: number): void => {
  faults[fault] = (faults[fault] ?? 0) + by;
};

const noteBroken = (
  { broken }: Tally,
  promise: string,
  count: number,
  seeds: readonly number[],
) => {
  const known = broken[promise] ?? { count: 0, seeds: [] };
  broken[promise] = {
    count: known.count + count,
    seeds: [...known.seeds, ...seeds].toSorted((a, b) => a - b).slice(0, MOST_SEEDS),
  };
};

export const count = (
  tally: Tally,
  seed: number,
  { steps }: History,
  violations: readonly Violation[],
): void => {
  tally.histories++;
  for (const step of steps) {
    if (step.kind === 'fault') countFault(tally, step.fault, 1);
    else if (step.kind === 'called') tally.calls++;
    else if (step.kind === 'seen') tally.looks++;
    else if (step.kind === 'published') tally.events++;
    else if (step.kind === 'accepted') tally.intents++;
    else if (step.kind === 'ended') {
      tally.invocations++;
      if (step.invocation.ended !== 'returned') tally.crashes++;
    }
  }
  for (const promise of new Set(violations.map((violation) => violation.promise)))
    noteBroken(tally, promise, 1, [seed]);
};

export const addTally = (sum: Tally, more: Tally): void => {
  sum.histories += more.histories;
  sum.invocations += more.invocations;
  sum.crashes += more.crashes;
  sum.calls += more.calls;
  sum.looks += more.looks;
  sum.events += more.events;
  sum.intents += more.intents;
  for (const [fault, by] of Object.entries(more.faults)) countFault(sum, fault, by);
  for (const [promise, { count: times, seeds }] of Object.entries(more.broken))
    noteBroken(sum, promise, times, seeds);
};

export const brokenIn = ({ broken }: Tally): number =>
  Object.values(broken).reduce((sum, { count: times }) => sum + times, 0);

const number = (value: number): string => value.toLocaleString('en');

/** How many histories broke a promise, and the first seeds of each. */
export const tellBroken = (tally: Tally): readonly string[] => [
  `${number(brokenIn(tally))} violations`,
  ...Object.entries(tally.broken).map(
    ([promise, { count: times, seeds }]) =>
      `  ${promise}: ${number(times)} histories, the first by seeds ${seeds.join(', ')}`,
  ),
];

/** A tally as readable lines. */
export const tellTally = (tally: Tally, seconds: number): readonly string[] => [
  `${number(tally.histories)} histories in ${seconds.toFixed(0)} s (${number(Math.round(tally.histories / seconds))} a second)`,
  `${number(tally.intents)} intents accepted, ${number(tally.invocations)} invocations, of which ${number(tally.crashes)} crashed or timed out`,
  `${number(tally.calls)} calls, ${number(tally.looks)} looks, ${number(tally.events)} events`,
  `${number(Object.values(tally.faults).reduce((a, b) => a + b, 0))} faults injected:`,
  ...FAULTS.map((fault: FaultName) => `  ${fault}: ${number(tally.faults[fault] ?? 0)}`),
  ...tellBroken(tally),
];

import { dollarsFor, naiveDollarsFor } from './outlook-dollars.ts';
import { DEFAULTS, type Setup } from './setup.ts';
import { type Outlook, simulate } from './simulate.ts';

/** A load at an upstream, and the smallest setup that carries it. */
export interface Choice {
  readonly setup: Setup;
  readonly queues: number;
  readonly outlook: Outlook;
  readonly dollars: number;
  readonly naiveDollars: number;
}

export const LOADS = [
  { perSecond: 1, projects: 1 },
  { perSecond: 100, projects: 1 },
  { perSecond: 10_000, projects: 10 },
  { perSecond: 100_000, projects: 100 },
] as const;

export const LATENCIES_MS = [50, 200, 1_000] as const;

/** From the defaults to the largest. A key pair has four calls at once in all. Tokens have eight per project and function. */
const LADDER: readonly (Pick<Setup, 'windowMs' | 'mapping' | 'credential'> & {
  readonly queues: number;
})[] = [
  { windowMs: 5_000, mapping: DEFAULTS.mapping, credential: DEFAULTS.credential, queues: 1 },
  ...[
    [2, 1],
    [4, 1],
    [10, 1],
    [20, 1],
    [40, 1],
    [10, 10],
    [20, 10],
    [40, 10],
    [80, 10],
  ].map(([concurrency = 2, queues = 1]) => ({
    windowMs: 1_000,
    mapping: { kind: 'standard' as const, maxConcurrency: concurrency },
    credential: { kind: 'token' as const, callConcurrency: 8 },
    queues,
  })),
];

/** What a job may take besides its window. */
const PATIENCE_MS = 5_000;

const isSoonTold = ({ holds, p99Ms }: Outlook, { windowMs }: Setup): boolean =>
  holds && p99Ms <= windowMs + PATIENCE_MS;

/** Whether the queue of a setup does not grow, and its jobs are soon told. */
export const carries = (setup: Setup): boolean => isSoonTold(simulate(setup), setup);

/** The first setup whose queue does not grow, and whose jobs are soon told. */
export const choose = (
  load: Pick<Setup, 'perSecond' | 'projects'>,
  upstreamMs: number,
): Choice | undefined => {
  for (const { queues, ...rung } of LADDER) {
    // Each queue has its own projects.
    const share = { perSecond: load.perSecond / queues, projects: load.projects / queues };
    if (share.projects < 1) continue;
    const setup = { ...DEFAULTS, ...rung, ...share, upstreamMs, seconds: 60 };
    const outlook = simulate(setup);
    if (isSoonTold(outlook, setup))
      return {
        setup,
        queues,
        outlook,
        dollars: dollarsFor(outlook),
        naiveDollars: naiveDollarsFor(setup),
      };
  }
  return undefined;
};

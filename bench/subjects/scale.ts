import { type Choice, choose, LATENCIES_MS, LOADS } from '../model/choose.ts';
import { DEFAULTS, type Setup } from '../model/setup.ts';
import { simulate } from '../model/simulate.ts';
import { linesOf } from '../report/lines.ts';
import { brief, round, type Table } from '../report/table.ts';
import { checkModel } from './scale-check.ts';
import { sizingTable } from './sizing.ts';
import type { Options, Picture, Subject } from './subject.ts';

const seconds = (ms: number): string => brief(ms / 1_000);

const credentialOf = ({ credential }: Setup): string =>
  credential.kind === 'key' ? `a key pair, ${credential.callsPerKey} calls` : 'tokens';

const concurrencyOf = ({ mapping }: Setup): string =>
  mapping.kind === 'standard' ? String(mapping.maxConcurrency ?? 'none') : 'provisioned';

const rowOf = (
  load: (typeof LOADS)[number],
  upstreamMs: number,
  choice: Choice | undefined,
): readonly string[] => {
  const who = `${round(load.perSecond)} in ${load.projects}`;
  if (choice === undefined)
    return [who, String(upstreamMs), 'none here holds', ...Array(6).fill('–')];
  const { setup, queues, outlook, dollars, naiveDollars } = choice;
  return [
    who,
    String(upstreamMs),
    `${credentialOf(setup)}; ${queues} × ${concurrencyOf(setup)}`,
    String(setup.windowMs / 1_000),
    round(outlook.jobsPerCall, 1),
    brief(outlook.callsPerSecond * queues),
    `${seconds(outlook.p50Ms)}, ${seconds(outlook.p99Ms)}`,
    round(outlook.mostInFlight),
    `${round(dollars, 2)} (${round(naiveDollars, 2)})`,
  ];
};

const sizing = (): Table => ({
  name: 'scale',
  title: 'Which setup carries which load (a model)',
  columns: [
    'intents a second in projects',
    'upstream ms',
    'credential; queues × MAX_CONCURRENCY',
    'window, s',
    'jobs per call',
    'calls per second',
    'delay p50, p99, s',
    'in flight, each queue',
    'dollars per million (one Lambda per request)',
  ],
  rows: LOADS.flatMap((load) =>
    LATENCIES_MS.map((upstreamMs) => rowOf(load, upstreamMs, choose(load, upstreamMs))),
  ),
});

/** Fair queues and pollers, which are not ours to set. */
const variants = (): Table => {
  const noisy = { ...DEFAULTS, backlog: 100_000, seconds: 180 };
  const busy = { ...DEFAULTS, perSecond: 100 };
  const cases: readonly (readonly [string, Setup])[] = [
    ['1 a second behind 100,000 of another caller', noisy],
    ['the same, a fair queue', { ...noisy, fair: true }],
    ['100 a second, MAX_CONCURRENCY 2', busy],
    [
      'the same, no maximum: five pollers share the messages',
      { ...busy, mapping: { kind: 'standard', maxConcurrency: undefined } },
    ],
    [
      'the same, two provisioned pollers',
      { ...busy, mapping: { kind: 'provisioned', pollers: 2 } },
    ],
  ];
  return {
    name: 'scale-variants',
    title: 'Fair queues, and pollers (a model)',
    columns: [
      'load',
      'jobs per call',
      'calls per second',
      'delay p50, p99, s',
      'functions at once',
    ],
    rows: cases.map(([name, setup]) => {
      const outlook = simulate(setup);
      return [
        name,
        round(outlook.jobsPerCall, 1),
        brief(outlook.callsPerSecond),
        `${seconds(outlook.p50Ms)}, ${seconds(outlook.p99Ms)}`,
        String(outlook.mostAtOnce),
      ];
    }),
  };
};

const WINDOWS_MS = [1_000, 5_000, 20_000];
const PLOTTED = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000];

const fillPicture = (): Picture => {
  const lines = WINDOWS_MS.map((windowMs) => ({
    name: `window ${windowMs / 1_000} s`,
    points: PLOTTED.map((perSecond) => {
      const run = Math.max(120, Math.ceil(400 / perSecond));
      const { jobsPerCall } = simulate({ ...DEFAULTS, windowMs, perSecond, seconds: run });
      return [perSecond, jobsPerCall] as const;
    }),
  }));
  const svg = linesOf(lines, {
    title: 'Jobs per call by load, one project, one job per intent (a model)',
    x: 'intents per second',
    y: 'jobs per call',
  });
  return { name: 'figures-scale', svg };
};

const measure = async (options: Options) => ({
  tables: [sizing(), sizingTable(), variants(), await checkModel(options)],
  pictures: [fillPicture()],
});

export const scale: Subject = { name: 'scale', measure };

import { barsOf } from '../report/bars.ts';
import { machine } from '../report/machine.ts';
import { brief, round, type Table } from '../report/table.ts';
import { type Design, OURS, OURS_BY_KEY, PEERS } from '../rig/designs.ts';
import { type Figures, tryOut } from '../rig/trial.ts';
import type { Workload } from '../rig/workloads.ts';
import * as workloads from '../rig/workloads.ts';
import type { Options, Picture, Subject } from './subject.ts';

const DESIGNS = [OURS, ...PEERS];

/** Without middy and plain Powertools, which are as Powertools with idempotency is, but for duplicates. */
const IN_README = DESIGNS.filter(({ name }) => !/^middy|^Powertools batch$/.test(name));

/** A design's figures on one workload, by its name. */
type Trial = ReadonlyMap<string, Figures>;

/** All at once. Each waits for most of its time. */
const sideBySide = async (designs: readonly Design[], workload: () => Workload): Promise<Trial> =>
  new Map(
    await Promise.all(
      designs.map(async (design) => [design.name, await tryOut(design, workload())] as const),
    ),
  );

const isBatching = ({ batchSize }: Design): boolean => batchSize > 100;

const inPairs = (designs: readonly Design[]): readonly (readonly Design[])[] =>
  Array.from({ length: Math.ceil(designs.length / 2) }, (_, i) => designs.slice(2 * i, 2 * i + 2));

/**
 * The designs that batch one by one, so that each has the machine for itself. The others two at a time: they wait for single
 * calls, and two of them leave half of two cores free.
 */
const inTurns = async (designs: readonly Design[], workload: () => Workload): Promise<Trial> => {
  const alone = designs.filter(isBatching).map((design) => [design]);
  const trial = new Map<string, Figures>();
  for (const group of [...alone, ...inPairs(designs.filter((it) => !isBatching(it)))])
    for (const [name, figures] of await sideBySide(group, workload)) trial.set(name, figures);
  return trial;
};

/** On Lambda one environment serves one request, so a kill ends one. */
const onePerProcess = (design: Design): Design => ({
  ...design,
  environments: design.environments * design.perEnvironment,
  perEnvironment: 1,
});

/** What is left on the queue when the time is over is told, since it would count as lost. */
const secondsOf = ({ seconds, unfinished }: Figures): string =>
  unfinished > 0 ? `${brief(seconds)} (${round(unfinished)} left)` : brief(seconds);

const loadTable = (name: string, title: string, jobs: number, trial: Trial): Table => ({
  name,
  title,
  columns: [
    `${round(jobs)} jobs`,
    'seconds',
    'calls ÷ fewest',
    'CPU µs per job',
    'peak MB',
    'write, read units',
    'Lambda ms per 1,000 jobs',
    'dollars per million',
  ],
  rows: [...trial].map(([design, figures]) => [
    design,
    secondsOf(figures),
    brief(figures.callsPerOptimum),
    round(figures.cpuMicroseconds),
    round(figures.peakMegabytes),
    `${brief(figures.writeUnits)}, ${brief(figures.readUnits)}`,
    round(figures.lambdaMsPerThousand),
    round(figures.dollarsPerMillion, 2),
  ]),
});

const troubleTable = (name: string, title: string, jobs: number, trial: Trial): Table => ({
  name,
  title,
  columns: [
    `${round(jobs)} jobs`,
    'seconds',
    'calls',
    'attempts per call',
    'lost',
    'doubled',
    'stale',
    'good, not run',
  ],
  rows: [...trial].map(([design, figures]) => [
    design,
    secondsOf(figures),
    round(figures.calls),
    round(figures.attemptsPerCall, 2),
    round(figures.lost),
    round(figures.doubled),
    round(figures.stale),
    round(figures.notRun),
  ]),
});

/** What the README shows of all this. */
const summaryTable = (trials: Trials, name: string, designs: readonly Design[]): Table => {
  const { sizes } = trials;
  const figureOf = (
    trial: Trial,
    { name: design }: Design,
    pick: (figures: Figures) => number,
    show = brief,
  ): string => {
    const figures = trial.get(design);
    return figures === undefined ? '–' : show(pick(figures));
  };
  return {
    name,
    title: 'Ours and what you might write instead',
    columns: [
      machine(),
      `${round(sizes.whole)} jobs, s`,
      'in hundreds, s',
      'calls ÷ fewest',
      'CPU µs per job',
      'dollars per million',
      `20 calls/s: ${sizes.limitedJobs} jobs, s`,
      'killed twice: doubled; lost',
      `stopped last, running: of ${sizes.orderedJobs}`,
    ],
    rows: designs.map((design) => [
      design.name,
      figureOf(trials.single, design, ({ seconds }) => seconds),
      figureOf(trials.hundred, design, ({ seconds }) => seconds),
      figureOf(trials.single, design, ({ callsPerOptimum }) => callsPerOptimum),
      figureOf(trials.single, design, ({ cpuMicroseconds }) => cpuMicroseconds, round),
      figureOf(trials.single, design, ({ dollarsPerMillion }) => dollarsPerMillion),
      figureOf(trials.limited, design, ({ seconds }) => seconds),
      `${figureOf(trials.killed, design, ({ doubled }) => doubled, round)}; ${figureOf(trials.killed, design, ({ lost }) => lost, round)}`,
      figureOf(trials.ordered, design, ({ stale }) => stale, round),
    ]),
  };
};

/**
 * Designs of a call for each job take as many times longer as they have jobs, so the short run has fewer. What comes back
 * to the queue does so after half a minute: throttled and limited jobs are as many as take no longer than the killed ones.
 */
const sizesOf = ({ long, quick }: Options) => {
  const always = { orderedJobs: 400, killedJobs: 2_000 };
  if (quick)
    return {
      whole: 1_000,
      jobs: 200,
      throttledJobs: 100,
      limitedJobs: 100,
      orderedJobs: 100,
      killedJobs: 400,
    };
  return long
    ? { whole: 10_000, jobs: 10_000, throttledJobs: 3_000, limitedJobs: 1_500, ...always }
    : { whole: 3_500, jobs: 500, throttledJobs: 700, limitedJobs: 400, ...always };
};

const measureAll = async (options: Options) => {
  const { whole, jobs, throttledJobs, limitedJobs, orderedJobs, killedJobs } = sizesOf(options);
  const drained = {
    single: await inTurns([...DESIGNS, OURS_BY_KEY], () => workloads.backlog(whole, 1)),
    hundred: await inTurns([...DESIGNS, OURS_BY_KEY], () => workloads.backlog(whole, 100)),
    projects: await inTurns(DESIGNS, () => workloads.manyProjects(100, jobs / 100)),
    duplicates: await inTurns(DESIGNS, () => workloads.duplicates(jobs)),
    ordered: await inTurns(DESIGNS, () => workloads.outOfOrder(orderedJobs)),
    bad: await inTurns(DESIGNS, () => workloads.badIds(jobs)),
  };
  const batching = DESIGNS.filter(isBatching);
  const others = DESIGNS.filter((design) => !isBatching(design));
  const throttledAlone = await inTurns(batching, () => workloads.throttled(throttledJobs));
  const limitedAlone = await inTurns(batching, () => workloads.limited(limitedJobs));
  // What comes back to the queue comes back after half a minute. The rest waits for it together.
  const [throttled, limited, killed] = await Promise.all([
    sideBySide(others, () => workloads.throttled(throttledJobs)),
    sideBySide(others, () => workloads.limited(limitedJobs)),
    sideBySide(DESIGNS.map(onePerProcess), () => workloads.killed(killedJobs)),
  ]);
  return {
    sizes: sizesOf(options),
    ...drained,
    throttled: new Map([...throttledAlone, ...throttled]),
    limited: new Map([...limitedAlone, ...limited]),
    killed,
  };
};

type Trials = Awaited<ReturnType<typeof measureAll>>;

const pictureOf = ({ sizes, single, hundred }: Trials): Picture => {
  const bars = DESIGNS.map(({ name }) => ({
    name,
    value: single.get(name)?.seconds ?? Number.NaN,
    other: hundred.get(name)?.seconds ?? Number.NaN,
  }));
  const svg = barsOf(bars, `Seconds to drain ${round(sizes.whole)} jobs`, [
    'one per message',
    '100 per message',
  ]);
  return { name: 'figures-peers', svg };
};

const measure = async (options: Options) => {
  const trials = await measureAll(options);
  const { whole, jobs, throttledJobs, limitedJobs, orderedJobs, killedJobs } = trials.sizes;
  const tables = [
    loadTable('peers-single', 'A backlog, one job per message', whole, trials.single),
    loadTable('peers-hundred', 'A backlog, 100 jobs per message', whole, trials.hundred),
    loadTable('peers-projects', '100 projects, one job per message', jobs, trials.projects),
    troubleTable('peers-duplicates', 'The queue gives a fifth twice', jobs, trials.duplicates),
    troubleTable('peers-order', 'Jobs run, then stopped; any order', orderedJobs, trials.ordered),
    troubleTable('peers-bad', '5 % bad ids; one refuses its whole call', jobs, trials.bad),
    troubleTable('peers-throttled', '30 % of the calls throttled', throttledJobs, trials.throttled),
    troubleTable('peers-limited', '20 calls a second', limitedJobs, trials.limited),
    troubleTable(
      'peers-killed',
      'Two SIGKILLs in the middle of a batch',
      killedJobs,
      trials.killed,
    ),
    summaryTable(trials, 'peers', DESIGNS),
    { ...summaryTable(trials, 'summary', IN_README), forPages: true },
  ];
  return { tables, pictures: [pictureOf(trials)] };
};

export const peers: Subject = { name: 'peers', measure };

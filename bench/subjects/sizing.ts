import { type Choice, choose } from '../model/choose.ts';
import { findLimit } from '../model/find-limit.ts';
import type { Setup } from '../model/setup.ts';
import { brief, round, type Table } from '../report/table.ts';

/** What the README shows of the sizes: from a quiet stack to more than one queue holds. */
const SHOWN = [
  { perSecond: 1, projects: 1, upstreamMs: 50 },
  { perSecond: 100, projects: 1, upstreamMs: 200 },
  { perSecond: 100, projects: 1, upstreamMs: 1_000 },
  { perSecond: 10_000, projects: 10, upstreamMs: 50 },
  { perSecond: 100_000, projects: 100, upstreamMs: 200 },
] as const;

/** By how much a load is above the limit where the next setup is looked for. */
const BEYOND = 1.15;

const credentialOf = ({ credential }: Setup): string =>
  credential.kind === 'key'
    ? `a key pair, ${credential.callsPerKey}`
    : `tokens, ${credential.callConcurrency}`;

const concurrencyOf = ({ setup: { mapping } }: Choice): string =>
  mapping.kind === 'standard' ? String(mapping.maxConcurrency) : 'provisioned';

/** What a larger load needs: what differs in the next setup, or more than the model has. */
const nextStep = (now: Choice, next: Choice | undefined): string => {
  if (next === undefined) return 'more projects, or more calls at once upstream';
  if (next.setup.credential.kind !== now.setup.credential.kind) return 'tokens';
  return next.queues > now.queues ? 'more queues' : `\`MAX_CONCURRENCY\` ${concurrencyOf(next)}`;
};

const rowOf = ({ perSecond, projects, upstreamMs }: (typeof SHOWN)[number]): readonly string[] => {
  const choice = choose({ perSecond, projects }, upstreamMs);
  const load = `${round(perSecond)} in ${projects}, ${round(upstreamMs)} ms`;
  if (choice === undefined) return [load, 'none here holds', ...Array(4).fill('–')];
  const { setup, queues, outlook } = choice;
  const limit = findLimit(setup) * queues;
  const next = choose({ perSecond: limit * BEYOND, projects }, upstreamMs);
  return [
    load,
    `${round(setup.batchSize)}, ${setup.windowMs / 1_000}`,
    `${queues} × ${concurrencyOf(choice)}; ${credentialOf(setup)}`,
    `${round(outlook.jobsPerCall)}, ${brief(outlook.callsPerSecond * queues)}`,
    `${brief(outlook.p50Ms / 1_000)}, ${brief(outlook.p99Ms / 1_000)}`,
    `${round(Number(limit.toPrecision(2)))}; ${nextStep(choice, next)}`,
  ];
};

/** The README's table: which setup carries which load, up to which, and what then. */
export const sizingTable = (): Table => ({
  name: 'sizing',
  title: 'Sizing (a model)',
  columns: [
    'intents a second in projects, upstream',
    '`BATCH_SIZE`, window s',
    'queues × `MAX_CONCURRENCY`; calls at once per function',
    'jobs per call, calls a second',
    'p50, p99, s',
    'carries a second; then',
  ],
  rows: SHOWN.map(rowOf),
  forPages: true,
});

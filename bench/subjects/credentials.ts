import { readControlConfig } from '../../shared/edge/control-config.ts';
import { round } from '../report/table.ts';
import { type Design, OURS, OURS_BY_KEY } from '../rig/designs.ts';
import { environmentOf } from '../rig/settings.ts';
import { tryOut } from '../rig/trial.ts';
import { backlog, manyProjects, USUAL, type Workload } from '../rig/workloads.ts';
import type { Options, Subject } from './subject.ts';

const JOBS = 5_000;
const LATENCY_MS = 200;
const PROJECTS = 50;
const UPSTREAM = { ...USUAL, latencyMs: LATENCY_MS, perJobMs: 0 };

const AUTO: Design = {
  ...OURS_BY_KEY,
  name: 'job-fanin, one key pair, CALLS_PER_KEY=auto',
  settings: { ...OURS.settings, CALLS_PER_KEY: 'auto' },
};

/** Releases differ in what `CALLS_PER_KEY` takes. */
const isTaken = (design: Design): boolean => {
  try {
    readControlConfig(environmentOf('http://127.0.0.1', 'none', design));
    return true;
  } catch {
    return false;
  }
};

const drainEach = async (workload: () => Workload): Promise<readonly string[][]> => {
  const designs = [OURS, OURS_BY_KEY, ...(isTaken(AUTO) ? [AUTO] : [])];
  const seconds: number[] = [];
  for (const design of designs) seconds.push((await tryOut(design, workload())).seconds);
  const [byToken = Number.NaN] = seconds;
  return designs.map(({ name }, i) => [
    i === 0 ? 'tokens of an IAM user' : name.replace('job-fanin, ', ''),
    round(seconds[i] ?? 0, 1),
    round((seconds[i] ?? 0) / byToken, 1),
  ]);
};

const measure = async ({ quick, long }: Options) => {
  const jobs = quick ? JOBS / 10 : JOBS * (long ? 2 : 1);
  const each = jobs / PROJECTS / 10;
  const one = await drainEach(() => backlog(jobs, 1, UPSTREAM));
  const many = await drainEach(() => ({
    ...manyProjects(PROJECTS, each),
    upstream: UPSTREAM,
  }));
  const table = {
    name: 'credentials',
    title: `Time to drain by kind of credential, ${LATENCY_MS} ms per call`,
    columns: [
      'credential',
      `${round(jobs)} single-id messages, s`,
      '÷ tokens (goal 1.3)',
      `${PROJECTS} projects of ${each}, s`,
      '÷ tokens',
    ],
    rows: one.map((row, i) => [...row, ...(many[i]?.slice(1) ?? [])]),
    note: 'More than five bad signatures in a row lock a key pair, so few of its requests are under way at once. Tokens have no such bound.',
  };
  return { tables: [table] };
};

export const credentials: Subject = { name: 'credentials', measure };

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messagesOf } from './ledger.ts';
import { openLoop } from './loop.ts';
import { median } from './median.ts';

const SIZES = [100, 1_000, 10_000, 100_000];
const JOBS_PER_INTENT = 100;
const ROUNDS = 3;
const FIRST_JOB = 9_000_000_000_000_000_000n;

export interface Growth {
  /** CPU microseconds per job, by the number of jobs in one invocation. */
  readonly perJob: readonly (readonly [jobs: number, cpuMicroseconds: number])[];
  /** 1 if twice the jobs take twice the time. */
  readonly exponent: number;
}

/** The slope of a line through points on logarithmic axes. */
const slopeOf = (points: readonly (readonly [number, number])[]): number => {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (pick: 0 | 1) => logs.reduce((sum, point) => sum + point[pick], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
};

/** CPU time of so many jobs, each invocation with a ledger of its own and `size` jobs. */
const cpuOf = async (size: number, total: number): Promise<number> => {
  const bodies = messagesOf(JOBS_PER_INTENT, size, FIRST_JOB).map(({ body }) => body);
  let spent = 0;
  for (let done = 0; done < total; done += size) {
    const handle = openLoop();
    const before = process.cpuUsage();
    await handle(bodies);
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
  }
  return spent / total;
};

/** In this process. The sizes take turns, and each carries out as many jobs as the largest. */
const measureHere = async (largest: number): Promise<Growth> => {
  const sizes = SIZES.filter((size) => size <= largest);
  // Without this, the first size alone would pay for what the compiler does.
  await cpuOf(1_000, largest);
  const rounds = new Map(sizes.map((size) => [size, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (const size of sizes) rounds.get(size)?.push(await cpuOf(size, largest));
  const perJob = [...rounds].map(([size, figures]) => [size, median(figures)] as const);
  return { perJob, exponent: slopeOf(perJob.map(([size, cpu]) => [size, size * cpu])) };
};

/** How the CPU time of one invocation grows with its jobs, in a process of its own. */
export const measureGrowth = (largest = 100_000): Growth =>
  JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(largest)]).toString(),
  );

if (import.meta.main) console.log(JSON.stringify(await measureHere(Number(process.argv[2]))));

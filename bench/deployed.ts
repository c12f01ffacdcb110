import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './median.ts';
import { type Design, OURS } from './rig/designs.ts';
import { environmentOf, writeSecrets } from './rig/settings.ts';

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** CPU microseconds per job, of one process. */
const runOnce = async (
  module: string,
  jobsPerIntent: number,
  jobs: number,
  env: NodeJS.ProcessEnv,
): Promise<number> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [here('./deployed-worker.ts'), module, String(jobsPerIntent), String(jobs)],
    { env: { PATH: process.env.PATH, ...env } },
  );
  return Number(stdout.trim().split('\n').at(-1));
};

export interface DeployedOptions {
  readonly jobs?: number;
  readonly rounds?: number;
  readonly resultsPerEvent?: number;
  /** The function's module, for code of another checkout. */
  readonly module?: string;
}

export interface Deployed {
  readonly deployed: number;
  readonly loop: number;
  readonly ratio: number;
}

/**
 * CPU microseconds of a job on the deployed path: the real handler, AWS clients, signer and HTTP client, against servers in
 * another process. Beside it, by turns, the same loop with a ledger in memory and edges that do nothing. Medians.
 */
export const measureDeployed = async (
  jobsPerIntent: number,
  { jobs = 10_000, rounds = 3, resultsPerEvent = 1, module = OURS.module }: DeployedOptions = {},
): Promise<Deployed> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const server = fork(here('./stand-in.ts'));
  try {
    const [url]: string[] = await once(server, 'message');
    const settings = { RESULTS_PER_EVENT: String(resultsPerEvent) };
    const design: Design = { ...OURS, credential: 'key', settings };
    const env = {
      ...environmentOf(url ?? '', writeSecrets(folder, design), design),
      FUNCTION_TIMEOUT_SECONDS: '120',
    };
    const [whole, alone]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      whole.push(await runOnce(module, jobsPerIntent, jobs, env));
      server.send('clear');
      alone.push(await runOnce('loop', jobsPerIntent, jobs, env));
    }
    const [deployed, loop] = [median(whole), median(alone)];
    return { deployed, loop, ratio: deployed / loop };
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
};

if (import.meta.main)
  for (const jobsPerIntent of [1, 100])
    console.log(jobsPerIntent, await measureDeployed(jobsPerIntent));

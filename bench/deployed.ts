import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dollarsPerMillion } from './dollars.ts';
import { median } from './planning.ts';

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** What one round cost, per job. Times are of the worker's process alone. */
export interface Round {
  readonly cpuMicroseconds: number;
  readonly wallMicroseconds: number;
}

export type Counts = Readonly<Record<string, number | undefined>>;

const JOBS = 10_000;

const secretsFile = (folder: string): string => {
  const path = join(folder, 'secrets.json');
  const pair = { ak: 'A'.repeat(20), sk: 'S'.repeat(40) };
  writeFileSync(path, JSON.stringify({ projects: { '*': pair } }));
  return path;
};

const environmentOf = (port: number, folder: string, resultsPerEvent: number) => {
  const url = `http://127.0.0.1:${port}`;
  return {
    QUEUE_URL: `${url}/1/intents`,
    DEAD_LETTER_QUEUE_URL: `${url}/1/intents-dlq`,
    EVENT_BUS_NAME: 'results',
    DLI_ENDPOINT: url,
    DRS_ENDPOINT: url,
    FUNCTION_TIMEOUT_SECONDS: '120',
    LEDGER_TABLE: 'ledger',
    UPSTREAM_SECRETS_FILE: secretsFile(folder),
    LOG_LEVEL: 'warn',
    RESULTS_PER_EVENT: String(resultsPerEvent),
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: url,
    PATH: process.env.PATH,
  };
};

const run = async (
  mode: 'deployed' | 'loop',
  jobsPerIntent: number,
  environment: NodeJS.ProcessEnv,
): Promise<Round> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [here('./deployed-worker.ts'), mode, String(jobsPerIntent), String(JOBS)],
    { env: environment },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
};

const countsAt = async (port: number): Promise<Counts> =>
  JSON.parse(await (await fetch(`http://127.0.0.1:${port}/counts`)).text());

/** The median of each figure. */
const middle = (rounds: readonly Round[]): Round => ({
  cpuMicroseconds: median(rounds.map((round) => round.cpuMicroseconds)),
  wallMicroseconds: median(rounds.map((round) => round.wallMicroseconds)),
});

/**
 * What a job costs on the deployed path: the real handler, AWS clients, signer and HTTP client, against servers in another
 * process that answer after `latencyMs`. Beside it, by turns, the same loop with a ledger in memory and edges that do
 * nothing. `counts`: requests and units of one round.
 */
export const measureDeployed = async (
  jobsPerIntent: number,
  { rounds = 3, latencyMs = 0, resultsPerEvent = 1 } = {},
) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const server = fork(here('./stand-in.ts'), [String(latencyMs)], { silent: true });
  try {
    const [line] = await once(server.stdout ?? process.stdin, 'data');
    const port = Number(String(line));
    const environment = environmentOf(port, folder, resultsPerEvent);
    const [deployed, loop]: [Round[], Round[]] = [[], []];
    let counts: Counts = {};
    for (let round = 0; round < rounds; round++) {
      deployed.push(await run('deployed', jobsPerIntent, environment));
      counts = await countsAt(port);
      loop.push(await run('loop', jobsPerIntent, environment));
    }
    const [whole, alone] = [middle(deployed), middle(loop)];
    return {
      deployed: whole,
      loop: alone,
      ratio: whole.cpuMicroseconds / alone.cpuMicroseconds,
      perJob: Object.fromEntries(
        Object.entries(counts).map(([what, count = 0]) => [what, count / JOBS]),
      ),
    };
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
};

if (import.meta.main)
  for (const jobsPerIntent of [1, 100])
    for (const resultsPerEvent of [1, 100]) {
      const measured = await measureDeployed(jobsPerIntent, { resultsPerEvent });
      const dollars = dollarsPerMillion(jobsPerIntent, measured.deployed, measured.perJob);
      console.log({ jobsPerIntent, resultsPerEvent, dollars }, measured);
    }

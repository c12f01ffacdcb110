import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deployedBundles } from '../support/bundles.ts';

/** As Lambda starts Node in a function of 1,024 MB: nine tenths for the old objects, one twentieth for each half of the new. */
const LAMBDA_FLAGS = ['--max-old-space-size=921', '--max-semi-space-size=51'];

export interface Memory {
  readonly peakAbove: number;
  readonly livePerMessage: number;
  readonly left: number;
}

const here = (name: string): string => join(import.meta.dirname, name);

const environmentAt = (url: string, folder: string): NodeJS.ProcessEnv => {
  const secrets = join(folder, 'secrets.json');
  const pair = { ak: 'A'.repeat(20), sk: 'S'.repeat(40) };
  writeFileSync(secrets, JSON.stringify({ projects: { '*': pair } }));
  return {
    QUEUE_URL: `${url}/1/intents`,
    DEAD_LETTER_QUEUE_URL: `${url}/1/intents-dlq`,
    EVENT_BUS_NAME: 'results',
    DLI_ENDPOINT: url,
    DRS_ENDPOINT: url,
    FUNCTION_TIMEOUT_SECONDS: '120',
    CALLS_SECONDS: '90',
    LEDGER_TABLE: 'ledger',
    UPSTREAM_SECRETS_FILE: secrets,
    LOG_LEVEL: 'warn',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: url,
    PATH: process.env.PATH,
  };
};

/** What one invocation of the built control-jobs takes. Its servers are a process of their own. */
export const measureInvocation = async (
  messages: number,
  { live = false } = {},
): Promise<Memory> => {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  const server = fork(here('../../bench/stand-in.ts'));
  try {
    const [url] = await once(server, 'message');
    const environment = environmentAt(String(url), folder);
    const file = join(await deployedBundles(), 'control-jobs', 'index.mjs');
    const worker = [here('invocation-worker.ts'), file, String(messages)];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', ...LAMBDA_FLAGS, ...worker, ...(live ? ['--live'] : [])],
      { env: environment, cwd: folder },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
};

if (import.meta.main)
  for (let round = 0; round < 3; round++) console.log(await measureInvocation(10_000));

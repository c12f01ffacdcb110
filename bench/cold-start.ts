import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleFunction, functionNames } from '../build/bundle.ts';
import { median } from './planning.ts';

const ROUNDS = 25;

/** All that a function reads when it starts. */
const environment = {
  QUEUE_URL: 'http://127.0.0.1/1/intents',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/1/intents-dlq',
  EVENT_BUS_NAME: 'results',
  DLI_ENDPOINT: 'http://127.0.0.1',
  DRS_ENDPOINT: 'http://127.0.0.1',
  FUNCTION_TIMEOUT_SECONDS: '120',
  LEDGER_TABLE: 'ledger',
  UPSTREAM_SECRET_ID: 'job-fanin/upstream',
  CALLERS_SECRET_ID: 'job-fanin/callers',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // The function asks about its table at start. It needs no answer.
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
  AWS_REGION: 'eu-central-1',
};

const program = `
const start = performance.now();
await import(process.argv[1]);
const elapsed = performance.now() - start;
process.stdout.write(String(elapsed), () => process.exit());
`;

const importOnce = async (file: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, pathToFileURL(file).href],
    { env: environment },
  );
  return Number(stdout);
};

/**
 * Milliseconds to import each function's bundle, and an empty module: the median of 25 fresh processes, by turns, so that
 * a slow spell of the machine befalls all alike.
 */
export const measureColdStart = async (): Promise<Readonly<Record<string, number>>> => {
  const outdir = await mkdtemp(join(tmpdir(), 'cold-start-'));
  try {
    const empty = join(outdir, 'empty.mjs');
    await writeFile(empty, '');
    for (const name of functionNames)
      await bundleFunction(name, { outdir, credentials: 'environment' });
    const files = [
      ['empty', empty] as const,
      ...functionNames.map((name) => [name, join(outdir, name, 'index.mjs')] as const),
    ];
    const times = new Map(files.map(([name]) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, file] of files) times.get(name)?.push(await importOnce(file));
    return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
  } finally {
    await rm(outdir, { recursive: true });
  }
};

if (import.meta.main) console.log(await measureColdStart());

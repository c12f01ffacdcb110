import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundleFunction, functionNames } from '../build/bundle.ts';
import { median } from './median.ts';

const ROUNDS = 25;

const project = join(import.meta.dirname, '..');

/** Milliseconds that a function may take longer to import than an empty one. */
export const COLD_START_BOUNDS: Readonly<Record<string, number>> = {
  'accept-http': 40,
  'accept-event': 40,
  'control-jobs': 70,
};

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
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
const answer = { wall: performance.now() - start, cpu: (user + system) / 1_000 };
process.stdout.write(JSON.stringify(answer), () => process.exit());
`;

/** Milliseconds of one import: on the clock, and of the processor, which other programs disturb less. */
export interface ImportTime {
  readonly wall: number;
  readonly cpu: number;
}

const importOnce = async (file: string): Promise<ImportTime> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, pathToFileURL(file).href],
    { env: environment },
  );
  const { wall, cpu } = JSON.parse(stdout);
  return { wall: Number(wall), cpu: Number(cpu) };
};

/** What esbuild makes of a function by itself. Its CommonJS parts need a `require`. */
const bundlePlainly = async (name: string, outdir: string): Promise<string> => {
  const outfile = join(outdir, 'plain', `${name}.mjs`);
  await build({
    entryPoints: [join(project, 'functions', `${name}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    logLevel: 'error',
  });
  return outfile;
};

const filesIn = async (outdir: string): Promise<readonly (readonly [string, string])[]> => {
  const empty = join(outdir, 'empty.mjs');
  await writeFile(empty, '');
  // What the SDK imports by name at its first event stream.
  await symlink(join(project, 'node_modules'), join(outdir, 'node_modules'));
  const files: [string, string][] = [['empty', empty]];
  for (const name of functionNames) {
    await bundleFunction(name, { outdir, credentials: 'environment' });
    files.push([name, join(outdir, name, 'index.mjs')]);
    files.push([`${name}, plain esbuild`, await bundlePlainly(name, outdir)]);
  }
  return files;
};

const medianOf = (all: readonly ImportTime[]): ImportTime => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu)),
});

/**
 * The time to import an empty module, each function's bundle, and what plain esbuild makes of it: the median of 25 fresh
 * processes, by turns, so that a slow spell of the machine befalls all alike.
 */
export const measureColdStart = async (
  rounds = ROUNDS,
): Promise<Readonly<Record<string, ImportTime>>> => {
  const outdir = await mkdtemp(join(tmpdir(), 'cold-start-'));
  try {
    const files = await filesIn(outdir);
    const times = new Map(files.map(([name]) => [name, [] as ImportTime[]]));
    for (let round = 0; round < rounds; round++)
      for (const [name, file] of files) times.get(name)?.push(await importOnce(file));
    return Object.fromEntries([...times].map(([name, all]) => [name, medianOf(all)]));
  } finally {
    await rm(outdir, { recursive: true });
  }
};

if (import.meta.main) console.table(await measureColdStart());

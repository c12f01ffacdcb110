import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { KINDS, type Kind } from './draw-mutants.ts';
import { NOT_DRAWN } from './sample-checker.ts';
import { scoreOf, type Tried } from './score.ts';

/**
 * `npm run mutate -- --room control --sample 300 [--seed 1] [--kind load] [--tests reply,contract]`: tries so many mutants of
 * one room, drawn by the seed, against all tests or those of some folders, and tells the score with its interval. With
 * anything else, Stryker gets the arguments as they are.
 */

const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';
const REPORTS = 'reports/mutation';

const runStryker = (parameters: readonly string[], env: NodeJS.ProcessEnv = {}): number =>
  spawnSync(process.execPath, [STRYKER, 'run', ...parameters], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  }).status ?? 1;

interface Drawn {
  readonly room: string;
  readonly sample: string;
  readonly seed: string;
  readonly kind: Kind;
}

interface Mutant extends Tried {
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
  readonly mutatorName: string;
  readonly replacement?: string;
}

/** The usual settings, and a sample: no mutant of an earlier run is taken over, and one that is slow by load has time. */
const configFor = ({ room, kind }: Drawn, name: string): string => {
  const usual = JSON.parse(readFileSync('stryker.config.json', 'utf8'));
  const config = {
    ...usual,
    plugins: [...usual.plugins, './test/mutation/sample-checker.ts'],
    checkers: ['sample'],
    mutate: [`shared/${room}/**/*.ts`, '!shared/ledger/ledger*.ts'],
    ignoreStatic: kind === 'run',
    incremental: false,
    timeoutMS: 60_000,
    timeoutFactor: 4,
    dryRunTimeoutMinutes: 30,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: `${REPORTS}/${name}.json` },
    tempDirName: `.stryker-tmp/${name}`,
    thresholds: { ...usual.thresholds, break: null },
  };
  mkdirSync(REPORTS, { recursive: true });
  const path = `${REPORTS}/${name}.config.json`;
  writeFileSync(path, JSON.stringify(config));
  return path;
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const tell = (name: string): void => {
  const report: { files: Record<string, { mutants: Mutant[] }> } = JSON.parse(
    readFileSync(`${REPORTS}/${name}.json`, 'utf8'),
  );
  const all = Object.entries(report.files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ file, ...mutant })),
  );
  const drawn = all.filter(({ statusReason }) => statusReason !== NOT_DRAWN);
  for (const { file, location, mutatorName, replacement = '', status } of drawn)
    if (['Survived', 'NoCoverage', 'Timeout', 'RuntimeError'].includes(status)) {
      const place = `${file}:${location.start.line}:${location.start.column}`;
      console.log(`${status} ${place} ${mutatorName} ${replacement.replace(/\s+/g, ' ')}`);
    }
  const { tried, killed, timedOut, survived, noTest, least, most, interval } = scoreOf(drawn);
  const [low, high] = interval.map(percent);
  const loaded = all.filter(({ status }) => status === 'Ignored').length;
  console.log(
    `${name}: ${all.length} mutants, ${loaded} of them left out; ${tried} drawn, ${killed} killed, ${timedOut} timed out, ` +
      `${survived} survived, ${noTest} without a test: ${percent(least)} to ${percent(most)} (${low} to ${high})`,
  );
};

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'run' },
    tests: { type: 'string' },
  },
  strict: false,
});

const trySample = (room: string, sample: string): number => {
  const kind = KINDS.find((one) => one === values.kind);
  if (kind === undefined) throw new Error(`--kind must be one of ${KINDS.join(', ')}`);
  const drawn = { room, sample, seed: String(values.seed), kind };
  const name = `${room}-${kind}`;
  const settings = {
    MUTANT_SAMPLE: sample,
    MUTANT_SEED: drawn.seed,
    MUTANT_KIND: kind,
    ...(typeof values.tests === 'string' && { MUTANT_TESTS: values.tests }),
  };
  const status = runStryker([configFor(drawn, name)], settings);
  if (status === 0) tell(name);
  return status;
};

const { room, sample } = values;
process.exitCode =
  typeof room === 'string' && typeof sample === 'string'
    ? trySample(room, sample)
    : runStryker(process.argv.slice(2));

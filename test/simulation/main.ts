import { parseArgs } from 'node:util';
import { runInCrew } from './crew.ts';
import { narrate } from './narrate.ts';
import { judgeHistory } from './oracles/index.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { brokenIn, tellBroken, tellTally } from './tally.ts';

/**
 * `npm run simulate -- --seeds 1000000 [--from 1] [--workers 2]`: plays so many histories and reports.
 * `npm run simulate -- --seed 42 [--whole]`: plays one and tells it; one that breaks a promise is made smaller first.
 * Exit status 1 if any promise is broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    whole: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
  },
});

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} must be a whole number: ${text}`);
  return value;
};

const tellOne = async (seed: number, whole: boolean): Promise<boolean> => {
  const options = { seed };
  const history = await simulate(options);
  const violations = judgeHistory(history);
  const isBroken = violations.length > 0;
  const told =
    isBroken && !whole ? await shrink({ options, history, violations }) : { history, violations };
  for (const line of narrate(told.history)) console.log(line);
  for (const { promise, what } of told.violations) console.log(`BROKEN: ${promise}: ${what}`);
  if (!isBroken) console.log('every promise is kept');
  return !isBroken;
};

const PROGRESS_MS = 30_000;

const tellMany = async (from: number, seeds: number, workers: number): Promise<boolean> => {
  const started = performance.now();
  let told = started;
  const tally = await runInCrew({
    from,
    seeds,
    workers,
    onProgress: (sum) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      console.log(`${sum.histories} histories, ${tellBroken(sum).join('\n')}`);
    },
  });
  for (const line of tellTally(tally, (performance.now() - started) / 1_000)) console.log(line);
  return brokenIn(tally) === 0;
};

const isKept =
  values.seed === undefined
    ? await tellMany(
        wholeNumber('from', values.from),
        wholeNumber('seeds', values.seeds),
        wholeNumber('workers', values.workers),
      )
    : await tellOne(wholeNumber('seed', values.seed), values.whole);
process.exitCode = isKept ? 0 : 1;

import { cpus } from 'node:os';
import { measureCalls } from './calls.ts';
import { COLD_START_BOUNDS, measureColdStart } from './cold-start.ts';
import { measureDeployed } from './deployed.ts';
import { dollarsPerMillion } from './dollars.ts';
import { measureLedger } from './ledger.ts';
import { measureResident } from './planning.ts';
import { measureSigning } from './signing.ts';
import { measureStack } from './stack.ts';
import { measureOutage, measureThrottles, OUTAGE_LATENCIES, type Range } from './trouble.ts';
import { LOST, measureVerdicts } from './verdicts.ts';

/** `npm run bench`: every figure of the README, in one run. Ratios hold anywhere; times are this machine's, now. */

const round = (figure: number, digits = 0): string =>
  figure.toLocaleString('en', { maximumFractionDigits: digits });

/** The least and the most of several runs. */
const between = (range: Range, digits = 0): string =>
  [...new Set(range.map((figure) => round(figure, digits)))].join('–');

const print = (what: string, figure: string, goal = ''): void =>
  console.log(`${what.padEnd(58)} ${figure.padStart(12)}  ${goal}`);

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`);

print(
  '10,000 messages × 10 ids in one batch: memory resident, MB',
  round(measureResident()),
  'goal ≤ 256',
);

const calls = measureCalls();
print(`calls planned ÷ the fewest (${calls.optimum})`, round(calls.ratio, 3), 'goal 1');

const DOLLAR_GOALS = new Map([
  ['1 1', 'goal ≤ 3.00'],
  ['1 100', 'goal ≤ 2.00'],
  ['100 1', 'goal ≤ 1.75'],
  ['100 100', 'goal ≤ 0.75'],
]);

for (const jobsPerIntent of [1, 100])
  for (const resultsPerEvent of [1, 100]) {
    const { deployed, loop, ratio, perJob } = await measureDeployed(jobsPerIntent, {
      resultsPerEvent,
    });
    const load = `${jobsPerIntent} per intent, ${resultsPerEvent} per event`;
    print(`as deployed, ${load}: CPU µs per job`, round(deployed.cpuMicroseconds));
    print('  the loop alone, with a ledger in memory', round(loop.cpuMicroseconds));
    print('  ratio', round(ratio, 1), 'goal ≤ 3');
    const { 'write units': writes = 0, 'read units': reads = 0, ...requests } = perJob;
    print('  write and read units per job', `${round(writes, 2)}, ${round(reads, 2)}`);
    const { BatchExecuteStatement = 0, BatchGetItem = 0, PutEvents = 0 } = requests;
    print(
      '  requests per job: ledger, bus',
      `${round(BatchExecuteStatement + BatchGetItem, 3)}, ${round(PutEvents, 3)}`,
    );
    print(
      '  dollars per million jobs',
      round(dollarsPerMillion(jobsPerIntent, deployed, perJob), 2),
      DOLLAR_GOALS.get(`${jobsPerIntent} ${resultsPerEvent}`),
    );
  }

for (const load of [
  { jobs: 100_000, perRequest: 100 },
  { jobs: 10_000, perRequest: 1 },
]) {
  const stack = await measureStack(load);
  const goal = load.perRequest === 100 ? 'goal ≥ 5,000' : 'goal ≥ 1,000';
  print(`embedded stack, jobs/s, ${load.perRequest} per request`, round(stack.jobsPerSecond), goal);
  print('  jobs per upstream call', round(stack.jobsPerCall, 1));
}

const throttled = await measureThrottles();
print(
  '3 of 10 calls throttled, 5 seeds: attempts per call',
  between(throttled.attemptsPerCall, 2),
  'floor 1.43',
);
print(
  '  jobs not delivered, messages on the dead-letter queue',
  `${throttled.undelivered[1]}, ${throttled.deadLetters[1]}`,
  'goal 0, 0',
);

for (const latencyMs of OUTAGE_LATENCIES) {
  const outage = await measureOutage({ latencyMs });
  print(
    `20 s of outage, ${latencyMs} ms per request: requests meanwhile`,
    between(outage.attemptsMeanwhile),
  );
  print('  attempts per call', between(outage.attemptsPerCall, 2));
  print('  looks afterwards', between(outage.looks));
  print('  seconds until 9 of 10 jobs are settled', between(outage.mostSeconds));
  print('  and all', between(outage.allSeconds));
  print(
    '  jobs not delivered, messages on the dead-letter queue',
    `${outage.undelivered[1]}, ${outage.deadLetters[1]}`,
    'goal 0, 0',
  );
}

const verdicts = await measureVerdicts();
for (const [i, { what }] of LOST.entries())
  print(`${what}: seconds to the verdict`, round(verdicts[i] ?? 0));

print('signing a call of 100 ids, µs', round(measureSigning(), 1));

const { atHundred, atOne } = await measureLedger();
print(
  'ledger write units per job, 100 ids per intent',
  round(atHundred.unitsPerJob, 2),
  'goal ≤ 1.25',
);
print('  1 id per intent', round(atOne.unitsPerJob, 2), 'goal ≤ 3');

const { empty, ...functions } = await measureColdStart();
const emptyMs = empty?.wall ?? 0;
print('import of an empty module, ms', round(emptyMs, 1));
for (const [name, { wall, cpu }] of Object.entries(functions)) {
  const bound = COLD_START_BOUNDS[name];
  const goal = bound === undefined ? '' : `goal ≤ ${bound}`;
  print(`import of ${name}: ms more than empty`, round(wall - emptyMs, 1), goal);
  print('  of the processor', round(cpu, 1));
}

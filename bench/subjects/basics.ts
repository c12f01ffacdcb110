import { measureCalls } from '../calls.ts';
import { COLD_START_BOUNDS, measureColdStart } from '../cold-start.ts';
import { measureLedger } from '../ledger.ts';
import { measureResident } from '../planning.ts';
import { round, type Table } from '../report/table.ts';
import { measureSigning } from '../signing.ts';
import { measureStack } from '../stack.ts';
import type { Options, Subject } from './subject.ts';

/** Fresh processes for each function. */
const IMPORTS = 5;

const stackRow = async (jobs: number, perRequest: number, goal: string) => {
  const { jobsPerSecond, jobsPerCall } = await measureStack({ jobs, perRequest });
  const what = `embedded stack, signed, ${perRequest} per request: jobs per second; jobs per call`;
  return [what, `${round(jobsPerSecond)}; ${round(jobsPerCall, 1)}`, goal];
};

const ledgerRow = async () => {
  const { atHundred, atOne } = await measureLedger();
  return [
    'ledger write units per job, at 100 ids per intent and at one',
    `${round(atHundred.unitsPerJob, 2)} and ${round(atOne.unitsPerJob, 2)}`,
    '1.25 and 3',
  ];
};

/** How long each function takes to load, beside what plain esbuild makes of it. */
const measureImports = async ({ quick }: Options): Promise<Table> => {
  const { empty, ...functions } = await measureColdStart(quick ? 3 : IMPORTS);
  return {
    name: 'imports',
    title: 'Import of each function: milliseconds more than an empty module',
    columns: ['function', 'on the clock', 'of the processor', 'goal'],
    rows: Object.entries(functions).map(([name, { wall, cpu }]) => [
      name,
      round(wall - (empty?.wall ?? 0), 1),
      round(cpu - (empty?.cpu ?? 0), 1),
      COLD_START_BOUNDS[name] === undefined ? '' : round(COLD_START_BOUNDS[name]),
    ]),
  };
};

const measure = async (options: Options) => {
  const stackJobs = options.quick ? 1_000 : 5_000;
  const calls = measureCalls();
  const rows = [
    ['most memory for 10,000 messages × 10 ids in one batch, MB', round(measureResident()), '256'],
    [`calls planned ÷ the fewest there can be (${calls.optimum})`, round(calls.ratio, 3), '1'],
    await ledgerRow(),
    ['signing a call of 100 ids, µs', round(measureSigning(), 1), ''],
    await stackRow(stackJobs * 12, 100, '5,000'),
    await stackRow(stackJobs, 1, '1,000'),
  ];
  const columns = ['figure', 'measured', 'goal'];
  const single = { name: 'basics', title: 'Single figures', columns, rows };
  return { tables: [single, await measureImports(options)] };
};

export const basics: Subject = { name: 'basics', measure };

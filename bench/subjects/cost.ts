import { type Deployed, measureDeployed } from '../deployed.ts';
import { round } from '../report/table.ts';
import { type Design, OURS, ofCheckout } from '../rig/designs.ts';
import { type Figures, tryOut } from '../rig/trial.ts';
import { backlog } from '../rig/workloads.ts';
import type { Options, Subject } from './subject.ts';

const JOBS = { quick: 500, usual: 3_000, long: 10_000 };

/** Dollars per million jobs without accept-http, by ids per intent and results per event. */
const GOALS = new Map([
  ['1 1', 3],
  ['1 100', 2],
  ['100 1', 1.75],
  ['100 100', 0.75],
]);

interface Load {
  readonly perIntent: number;
  readonly perEvent: number;
}

const rowOf = (
  code: string,
  { perIntent, perEvent }: Load,
  { deployed, loop, ratio }: Deployed,
  figures: Figures,
): readonly string[] => [
  `${code}${perIntent} id${perIntent > 1 ? 's' : ''}, ${perEvent} result${perEvent > 1 ? 's' : ''}`,
  round(deployed),
  round(loop),
  round(ratio, 1),
  `${round(figures.writeUnits, 2)}, ${round(figures.readUnits, 2)}`,
  `${round(figures.queueRequests, 3)}, ${round(figures.eventRequests, 3)}`,
  round(figures.lambdaMsPerThousand),
  `${round(figures.dollarsPerMillion - figures.acceptDollarsPerMillion, 2)} (${round(GOALS.get(`${perIntent} ${perEvent}`) ?? 0, 2)})`,
  round(figures.dollarsPerMillion, 2),
];

const measureLoad = async (
  code: string,
  design: Design,
  load: Load,
  jobs: number,
): Promise<readonly string[]> => {
  const { perIntent, perEvent } = load;
  const settings = { ...design.settings, RESULTS_PER_EVENT: String(perEvent) };
  const deployed = await measureDeployed(perIntent, {
    jobs,
    resultsPerEvent: perEvent,
    module: design.module,
  });
  return rowOf(
    code,
    load,
    deployed,
    await tryOut({ ...design, settings }, backlog(jobs, perIntent)),
  );
};

const measure = async ({ against, quick, long }: Options) => {
  const jobs = quick ? JOBS.quick : long ? JOBS.long : JOBS.usual;
  const rows: (readonly string[])[] = [];
  for (const perIntent of [1, 100])
    for (const perEvent of [1, 100]) {
      rows.push(await measureLoad('', OURS, { perIntent, perEvent }, jobs));
      // Code before packed results takes the setting for granted.
      if (against === undefined || perEvent > 1) continue;
      const old = ofCheckout(OURS, against.name, against.root);
      rows.push(await measureLoad(`${against.name}: `, old, { perIntent, perEvent }, jobs));
    }
  const table = {
    name: 'cost',
    title: 'What a job costs as deployed: DynamoDB ledger, event bus, AWS clients',
    columns: [
      'per intent, per event',
      'CPU µs per job',
      'the loop alone',
      'ratio (goal 3)',
      'write, read units',
      'requests to queue, bus',
      'Lambda ms per 1,000 jobs',
      'dollars per million jobs (goal)',
      'and with accept-http',
    ],
    rows,
    note: `CPU time: medians of three rounds by turns, ${round(jobs)} jobs. The loop alone has a ledger in memory. Lambda's time: the whole invocation, where a request to AWS takes 5 to 10 ms and a call 50 ms and 1 ms for each job. Dollars are list prices of us-east-1. The goals are for the queue, control-jobs, the ledger and the bus. The last column has accept-http too, at one request per intent. The HTTP API is in neither. A job that the ledger knows from before takes one read unit more: the block of its last claim.`,
  };
  return { tables: [table] };
};

export const cost: Subject = { name: 'cost', measure };

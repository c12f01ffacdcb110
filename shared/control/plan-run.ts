import { planCalls } from '../intent/plan.ts';
import { jobKeyOf } from '../ledger/job-record.ts';
import { jobKeyIn } from '../ledger/rank-ages.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { OpenIntent } from './open-intent.ts';
import { type Call, type Plan, type Queued, wishOf } from './planned.ts';
import { rank } from './rank.ts';
import type { Run } from './run.ts';

/** A plan, and what it rests on. */
export interface RunPlan extends Plan {
  /** Versions of jobs' records that an age rests on. */
  readonly seen: ReadonlyMap<string, string | undefined>;
  /** The ledger does not tell the age of these, or whether it has their names. Their messages come back. */
  readonly unranked: ReadonlySet<OpenIntent>;
}

/** Plans the jobs without a verdict. `left`: intents that are not known yet. They may come before others for their jobs. */
export const planRun = async (
  { records, edges }: Run,
  openIntents: readonly OpenIntent[],
  left: readonly OpenIntent[],
): Promise<RunPlan> => {
  const ranked = await rank(records, openIntents);
  const plan = planCalls(ranked.queued, new Date(edges.now()).toISOString());
  const barred = jobKeysOf([...left.map(wishOf), ...ranked.left]);
  return {
    ...plan,
    calls: without(plan.calls, barred),
    seen: ranked.seen,
    unranked: new Set(ranked.left.map(({ from }) => from)),
  };
};

const jobKeysOf = (queued: readonly Queued[]): ReadonlySet<string> =>
  new Set(queued.flatMap((one) => one.intent.jobs.map((job) => jobKeyIn(one, jobIdOf(job)))));

/** The calls without the jobs of wishes that were left out: one of those may come first. */
const without = (calls: readonly Call[], barred: ReadonlySet<string>): readonly Call[] =>
  barred.size === 0
    ? calls
    : calls.map((call) => ({
        ...call,
        carriers: call.carriers.filter(
          ({ job }) => !barred.has(jobKeyOf(call.operation.service, call.project_id, jobIdOf(job))),
        ),
      }));

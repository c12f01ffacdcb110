import { cutCalls } from '../shared/intent/cut-calls.ts';
import { planCalls } from '../shared/intent/plan.ts';
import { jobIdOf, type ProjectId } from '../shared/operations/operation.ts';
import { makeWorkload } from './workload.ts';

const MAX_JOBS_PER_CALL = 100;

/**
 * Calls planned against the fewest there can be: Σ ceil(distinct jobs of a group / most per call). Every group has a
 * project of its own here, so that no intent supersedes another and the optimum can be counted by hand.
 */
export const measureCalls = () => {
  const intents = makeWorkload({ messages: 10_000, jobsPerMessage: 10, projects: 1, seed: 11 }).map(
    (intent) => {
      const group = `${intent.operation} ${JSON.stringify(intent.options)}`;
      return { ...intent, project_id: group.replace(/[^a-z]/g, '-') as ProjectId };
    },
  );
  const groups = Map.groupBy(intents, ({ project_id }) => project_id);
  const distinct = Array.from(
    groups.values(),
    (group) => new Set(group.flatMap(({ jobs }) => jobs.map(jobIdOf))).size,
  );
  const optimum = distinct.reduce((sum, jobs) => sum + Math.ceil(jobs / MAX_JOBS_PER_CALL), 0);
  const queued = intents.map((intent, i) => ({ from: String(i), intent }));
  const plan = planCalls(queued, new Date().toISOString());
  const calls = cutCalls(plan.calls, () => MAX_JOBS_PER_CALL);
  return { optimum, calls: calls.length, ratio: calls.length / optimum };
};

if (import.meta.main) console.log(measureCalls());

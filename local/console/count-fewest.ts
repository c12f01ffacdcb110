import { cutCalls } from '../../shared/intent/cut-calls.ts';
import type { Intent } from '../../shared/intent/intent.ts';
import { planCalls } from '../../shared/intent/plan.ts';
import type { Operation } from '../../shared/operations/operation.ts';

/** How many jobs a call of an operation takes. */
export type MaxJobsPerCall = (operation: Pick<Operation, 'name'>) => number;

/** The calls that these intents make by the control loop's own planner, if the upstream takes each at once. */
export const countFewest = (
  intents: readonly Intent[],
  now: number,
  maxJobsPerCall: MaxJobsPerCall,
): number => {
  const queued = intents.map((intent) => ({ from: undefined, intent }));
  const { calls } = planCalls(queued, new Date(now).toISOString());
  return cutCalls(calls, maxJobsPerCall).length;
};

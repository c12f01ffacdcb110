import { cutCalls } from '../../shared/intent/cut-calls.ts';
import type { Intent } from '../../shared/intent/intent.ts';
import { type Call, planCalls, type Queued } from '../../shared/intent/plan.ts';
import { jobIdOf, type Operation, pathFor } from '../../shared/operations/operation.ts';

/** The jobs of one upstream request at most. */
export type MaxJobsPerCall = (operation: Pick<Operation, 'name'>) => number;

/** One call of a plan, in the words of the wire. */
export interface PlannedCall {
  /** Calls of a later step wait until the jobs of the one before have come to a stop. */
  readonly step: number;
  readonly operation: string;
  readonly request: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly jobs: readonly string[];
}

const shown = (step: number, { operation, project_id, options, carriers }: Call): PlannedCall => ({
  step,
  operation: operation.name,
  request: `${operation.method} ${pathFor(operation, project_id)}`,
  options,
  jobs: carriers.map(({ job }) => jobIdOf(job)),
});

/**
 * The calls that these intents alone would make, by the control loop's own planner. Runs that wait for a stop make a step of
 * their own. Law: as many calls as the loop would make if the upstream took each of them.
 */
export const planSteps = (
  intents: readonly Intent[],
  now: number,
  maxJobsPerCall: MaxJobsPerCall,
): readonly PlannedCall[] => {
  const at = new Date(now).toISOString();
  let queued = intents.map((intent): Queued => ({ from: undefined, intent }));
  const planned: PlannedCall[] = [];
  for (let step = 1; queued.length > 0; step += 1) {
    const { calls, waiting } = planCalls(queued, at);
    planned.push(...cutCalls(calls, maxJobsPerCall).map((call) => shown(step, call)));
    const left = new Set(waiting.map(({ newest }) => newest));
    queued = queued.filter((one) => left.has(one));
  }
  return planned;
};

import type * as plan from '../intent/plan.ts';
import type { OpenIntent } from './open-intent.ts';

/** What the control loop plans: each job and each wish carries the open intent that it came from. */
export type Queued = plan.Queued<OpenIntent>;
export type WantedJob = plan.WantedJob<OpenIntent>;
export type Carrier = plan.Carrier<OpenIntent>;
export type Call = plan.Call<OpenIntent>;
export type Settled = plan.Settled<OpenIntent>;
export type Plan = plan.Plan<OpenIntent>;

/** Tells the projects of all services apart. */
export const projectKeyOf = ({
  operation: { service },
  project_id,
}: Pick<Call, 'operation' | 'project_id'>): string => `${service}/${project_id}`;

/** Jobs of one project that a look decides. */
export interface LookStep {
  /** See {@link projectKeyOf}. */
  readonly project: string;
  readonly carriers: readonly WantedJob[];
  /** Looks, and settles what that tells. Resolves to the calls that come of it. */
  readonly look: () => Promise<readonly Call[]>;
}

/** The open intents that want one of these jobs, each once. */
export const intentsWanting = (wanted: readonly WantedJob[]): readonly OpenIntent[] => [
  ...new Set(wanted.flatMap(({ wishedBy }) => wishedBy.map(({ from }) => from))),
];

/** The wish for the jobs of an open intent that have no verdict yet. */
export const wishOf = (from: OpenIntent): Queued => ({
  from,
  intent: { ...from.intent, jobs: from.openJobs },
  age: from.age,
});

import { type Job, jobIdOf } from '../operations/operation.ts';
import { ANY, type Caller, type Grant } from './caller.ts';

/** What a caller wants to do. */
export interface Wish {
  readonly operation: string;
  readonly project_id: string;
  readonly jobs: readonly Job[];
}

const lists = (list: readonly string[], name: string): boolean =>
  list.includes(ANY) || list.includes(name);

/** How many jobs no grant covers. A grant without a list of jobs covers all. */
const uncovered = (grants: readonly Grant[], jobs: readonly Job[]): number => {
  if (grants.some((grant) => grant.jobs === undefined)) return 0;
  const covered = new Set(grants.flatMap((grant) => grant.jobs ?? []));
  return jobs.filter((job) => !covered.has(jobIdOf(job))).length;
};

/**
 * Which grant a caller lacks for a wish; `undefined` if it holds all. Law: both the operation and the project must stand in
 * one and the same grant.
 */
export const missingGrant = (
  { grants }: Pick<Caller, 'grants'>,
  { operation, project_id, jobs }: Wish,
): string | undefined => {
  const fitting = grants.filter(
    (grant) => lists(grant.projects, project_id) && lists(grant.operations, operation),
  );
  if (fitting.length === 0) return `no grant for ${operation} in project ${project_id}`;
  const count = uncovered(fitting, jobs);
  return count === 0
    ? undefined
    : `no grant for ${operation} on ${count} of ${jobs.length} jobs in project ${project_id}`;
};

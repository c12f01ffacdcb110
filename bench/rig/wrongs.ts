import type { Cloud } from './cloud.ts';
import type { Workload } from './workloads.ts';

/** What is wrong when all is over, in jobs. */
export interface Wrongs {
  /** No result is on the bus. */
  readonly lost: number;
  /** The upstream carried out one wish more than once. */
  readonly doubled: number;
  /** The upstream was left with an older wish than the newest. */
  readonly stale: number;
  /** The job exists, and its newest wish was never carried out. */
  readonly notRun: number;
}

/** Compares what the upstream did, and what the bus got, with what was wished. */
export const wrongsOf = (
  { upstream, bus }: Cloud,
  { wishes, upstream: rules }: Workload,
): Wrongs => {
  const newest = new Map<string, { readonly operation: string; readonly acceptedAt: number }>();
  for (const { jobs, operation, acceptedAt } of wishes)
    for (const job of jobs)
      if ((newest.get(job)?.acceptedAt ?? 0) <= acceptedAt)
        newest.set(job, { operation, acceptedAt });
  const jobs = [...newest].map(([job, { operation }]) => {
    const effects = upstream.effectsOf(job);
    return { operation, effects, isBad: rules.badIds?.has(job) === true };
  });
  return {
    lost: wishes.flatMap(({ id, jobs: ids }) =>
      ids.filter((job) => !bus.outcomes.has(`${id}/${job}`)),
    ).length,
    doubled: jobs.filter(({ effects }) => new Set(effects).size < effects.length).length,
    stale: jobs.filter(
      ({ effects, operation }) => effects.length > 0 && effects.at(-1) !== operation,
    ).length,
    notRun: jobs.filter(
      ({ effects, operation, isBad }) => !isBad && !effects.some((it) => it === operation),
    ).length,
  };
};

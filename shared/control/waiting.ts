import { type Job, type JobId, jobIdOf } from '../operations/operation.ts';

/** Why an open intent has to come back. One may have several reasons, also for the same job. */
export type Waiting =
  /** There is nothing to do for this job before `until`, in milliseconds since 1970. The last word on a job counts. */
  | { readonly why: 'not before'; readonly job: JobId; readonly until: number }
  /** A request for a job was in vain. */
  | { readonly why: 'in vain' }
  /** There was no time left for a request that it needs. */
  | { readonly why: 'no time' }
  /** The upstream asked for a pause, or a circuit breaker is open. */
  | { readonly why: 'pause'; readonly seconds: number };

/** Whether one of these reasons is of that kind. */
export const isWaiting = (waits: readonly Waiting[], why: Waiting['why']): boolean =>
  waits.some((waiting) => waiting.why === why);

/** The longest pause of all, in seconds. */
export const pauseOf = (waits: readonly Waiting[]): number =>
  Math.max(0, ...waits.map((waiting) => (waiting.why === 'pause' ? waiting.seconds : 0)));

/** When there is something to do again, if every one of the open jobs waits for a moment. Undefined: maybe sooner. */
export const wakesAt = ({
  waits,
  openJobs,
}: {
  readonly waits: readonly Waiting[];
  readonly openJobs: readonly Job[];
}): number | undefined => {
  const moments = new Map(
    waits.flatMap((waiting) =>
      waiting.why === 'not before' ? [[waiting.job, waiting.until] as const] : [],
    ),
  );
  const wakes = openJobs.map((job) => moments.get(jobIdOf(job))).filter((at) => at !== undefined);
  return wakes.length > 0 && wakes.length === openJobs.length ? Math.min(...wakes) : undefined;
};

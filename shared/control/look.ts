import pLimit from 'p-limit';
import type { Reply } from '../core/correlate.ts';
import type { Log } from '../core/log.ts';
import type { JobId, Operation, ProjectId, UpstreamRequest } from '../core/operation.ts';

export interface LookEdges {
  /** Never throws for what the outside does: silence is a reply too. */
  readonly send: (request: UpstreamRequest) => Promise<Reply>;
  readonly log: Log;
}

/** Sees the status of jobs of one project; those that nothing was heard of are left out. */
export type LookAt = (
  operation: Operation,
  project: ProjectId,
  jobs: readonly JobId[],
) => Promise<ReadonlyMap<JobId, string>>;

/**
 * Looks at jobs, as many in one request as the operation's look takes, a bounded number of requests at once. A look
 * changes nothing, and one that brings nothing leaves its jobs out. None is begun while `mayBegin` says no.
 */
export const makeLookAt = (
  { send, log }: LookEdges,
  concurrency: number,
  mayBegin: () => boolean,
): LookAt => {
  const slots = pLimit(concurrency);
  return async ({ name, look }, project, jobs) => {
    const lookOnce = async (some: readonly JobId[]) => {
      if (!mayBegin()) return [];
      const statuses = look.decode(some, await send(look.request(project, some)));
      return [...statuses];
    };
    const batches = Array.from({ length: Math.ceil(jobs.length / look.maxJobs) }, (_, i) =>
      jobs.slice(i * look.maxJobs, (i + 1) * look.maxJobs),
    );
    const found = await Promise.all(batches.map((some) => slots(lookOnce, some)));
    const statuses = new Map(found.flat());
    log.info('look', {
      operation: name,
      project_id: project,
      jobs: jobs.length,
      seen: statuses.size,
    });
    return statuses;
  };
};

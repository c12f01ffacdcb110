import { slotsPer } from '../batching/slots.ts';
import type { Carrier } from '../intent/plan.ts';
import type { Log } from '../json/log.ts';
import { type JobId, jobIdOf, type Operation, type ProjectId } from '../operations/operation.ts';
import { type Sighting, UNASKED, UNTOLD } from '../operations/sighting.ts';
import { isHeld, type Reply, saysOf } from '../reply/reply.ts';
import type { SendBy } from '../upstream/destination.ts';
import { isInTime } from '../upstream/send.ts';
import type { DeadlineFor } from './budget.ts';

export interface LookEdges {
  readonly send: SendBy;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Looks at jobs of one project. A job is left out if no answer came. It is {@link UNTOLD} if the answer does not tell its
 * status, and {@link UNASKED} if no request for it went out.
 */
export type LookAt = (
  operation: Operation,
  project: ProjectId,
  jobs: readonly JobId[],
) => Promise<ReadonlyMap<JobId, Sighting>>;

/**
 * Looks at jobs, as many in one request as the operation's look takes, a bounded number of requests at once. A look changes
 * nothing upstream. None begins without time for it.
 */
export const makeLookAt = (
  { send, log, now }: LookEdges,
  concurrency: number,
  deadlineFor: DeadlineFor,
): LookAt => {
  const slotsOf = slotsPer(concurrency);
  return async ({ name, look }, project, jobs) => {
    const lookOnce = async (some: readonly JobId[]) => {
      const deadline = deadlineFor(project);
      if (!isInTime(deadline, now())) return unasked(some);
      const reply = await send(
        { ...look.request(project, some), route: 'look', isLook: true },
        deadline,
      );
      if (isHeld(reply) && !leadsNowhere(reply)) return unasked(some);
      const told = look.decode(some, reply);
      const isAnswer = saysOf(reply).trouble === undefined || leadsNowhere(reply);
      return some.flatMap((job) => {
        const sighting = told.get(job) ?? (isAnswer ? UNTOLD : undefined);
        return sighting === undefined ? [] : [[job, sighting] as const];
      });
    };
    const batches = Array.from({ length: Math.ceil(jobs.length / look.maxJobs) }, (_, i) =>
      jobs.slice(i * look.maxJobs, (i + 1) * look.maxJobs),
    );
    const found = await Promise.all(
      batches.map((some) => slotsOf(project).run('next', () => lookOnce(some))),
    );
    const sightings = new Map<JobId, Sighting>(found.flat());
    log.info('look', {
      operation: name,
      project_id: project,
      jobs: jobs.length,
      seen: [...sightings.values()].filter(({ kind }) => kind !== 'unasked').length,
    });
    return sightings;
  };
};

/** Whether there is no route for looks. Then no look will ever tell, and another try is useless. */
const leadsNowhere = (reply: Reply): boolean =>
  reply.kind === 'unsent' ? reply.why === 'no-route' : saysOf(reply).trouble === 'no-route';

const unasked = (jobs: readonly JobId[]) =>
  jobs.map((job): readonly [JobId, Sighting] => [job, UNASKED]);

/** A job to be looked at, and the operation that wants to know. */
export interface InDoubt {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly carrier: Pick<Carrier, 'job'>;
}

/** Looks at jobs of several operations and projects. Undefined: no answer came. */
export const lookAtAll = async <Each extends InDoubt>(
  doubtful: readonly Each[],
  lookAt: LookAt,
): Promise<ReadonlyMap<Each, Sighting | undefined>> => {
  const found = await Promise.all(
    Array.from(groupsOf(doubtful), async ([operation, project, group]) => {
      const jobs = group.map(({ carrier }) => jobIdOf(carrier.job));
      const sightings = await lookAt(operation, project, jobs);
      return group.map((one) => [one, sightings.get(jobIdOf(one.carrier.job))] as const);
    }),
  );
  return new Map(found.flat());
};

/** Jobs by operation and project: one look is for one of each. */
const groupsOf = <Each extends InDoubt>(doubtful: readonly Each[]) =>
  [...Map.groupBy(doubtful, ({ operation }) => operation)].flatMap(([operation, some]) =>
    Array.from(
      Map.groupBy(some, ({ project_id }) => project_id),
      ([project, group]) => [operation, project, group] as const,
    ),
  );

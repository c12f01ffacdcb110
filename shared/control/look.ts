import { slotsPer } from '../batching/slots.ts';
import type { Carrier } from '../intent/plan.ts';
import type { Log } from '../json/log.ts';
import {
  type JobId,
  type JobList,
  jobIdOf,
  type Look,
  type Operation,
  type ProjectId,
  type UpstreamRequest,
} from '../operations/operation.ts';
import { type Sighting, UNASKED, UNTOLD } from '../operations/sighting.ts';
import { heldBack, isHeld, type Reply, saysOf } from '../reply/reply.ts';
import type { Breakers } from '../upstream/breakers.ts';
import type { SendBy } from '../upstream/destination.ts';
import { type Deadline, isInTime, NO_TIME } from '../upstream/send.ts';
import type { DeadlineFor } from './budget.ts';
import { type ByRow, LEAST_LISTED, lookByList } from './look-by-list.ts';

export interface LookEdges {
  readonly send: SendBy;
  /** Told of a list that took the time of the looks. */
  readonly giveUpList: Breakers['giveUpList'];
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Looks at jobs of one project. A job is left out if no answer came. It is {@link UNTOLD} if the answer does not tell its
 * status, and {@link UNASKED} if no request for it went out. `byRow`: the jobs that a row of the service's list may settle.
 */
export type LookAt = (
  operation: Operation,
  project: ProjectId,
  jobs: readonly JobId[],
  byRow?: ByRow,
) => Promise<ReadonlyMap<JobId, Sighting>>;

export interface LookLimits {
  /** Requests at once for one project. */
  readonly concurrency: number;
  /** The service's list is asked for from so many jobs on. */
  readonly leastListed?: number | undefined;
}

/** Sends one request for a project, if there is time for it. */
type Ask = (project: ProjectId, request: UpstreamRequest, route: 'look' | 'list') => Promise<Reply>;

/**
 * Looks at jobs, as many in one request as the operation's look takes, a bounded number of requests at once. Many jobs may
 * first be looked for in the service's list. A look changes nothing upstream. None begins without time for it.
 */
export const makeLookAt = (
  { send, giveUpList, log, now }: LookEdges,
  { concurrency, leastListed = LEAST_LISTED }: LookLimits,
  deadlineFor: DeadlineFor,
): LookAt => {
  const slotsOf = slotsPer(concurrency);
  const ask: Ask = (project, request, route) =>
    slotsOf(project).run('next', async () => {
      const deadline = deadlineFor(project);
      if (!isInTime(deadline, now())) return heldBack(NO_TIME);
      return send({ ...request, project, route, isLook: true }, deadline);
    });
  return async (operation, project, jobs, byRow = new Map()) => {
    const { name, look, service } = operation;
    const begunAt = now();
    const isMany = look.list !== undefined && byRow.size >= leastListed;
    const listed = isMany ? await lookInList(look.list, project, byRow, ask) : NONE;
    const rest = jobs.filter((job) => !listed.has(job));
    // A list that settles most jobs is worth its time: the next invocation has few left to look at.
    const isInVain = isMany && listed.size < rest.length;
    if (isInVain && tookTheTime(deadlineFor(project), begunAt, now()))
      await giveUpList({ service, project, route: 'list' });
    const batches = Array.from({ length: Math.ceil(rest.length / look.maxJobs) }, (_, i) =>
      rest.slice(i * look.maxJobs, (i + 1) * look.maxJobs),
    );
    const found = await Promise.all(batches.map((some) => lookOnce(look, project, some, ask)));
    const sightings = new Map<JobId, Sighting>([...listed, ...found.flat()]);
    log.info('look', {
      operation: name,
      project_id: project,
      jobs: jobs.length,
      seen: [...sightings.values()].filter(({ kind }) => kind !== 'unasked').length,
      ...(listed.size > 0 && { listed: listed.size }),
    });
    return sightings;
  };
};

/** Whether a look could have begun at one moment, and cannot at a later one. */
const tookTheTime = (deadline: Deadline, from: number, to: number): boolean =>
  isInTime(deadline, from) && !isInTime(deadline, to);

const NONE: ReadonlyMap<JobId, Sighting> = new Map();

/** The jobs that rows of the service's list settle. */
const lookInList = (
  list: JobList,
  project: ProjectId,
  byRow: ByRow,
  ask: Ask,
): Promise<ReadonlyMap<JobId, Sighting>> => {
  const askForPage = async (offset: number) => {
    const reply = await ask(project, list.request(project, offset), 'list');
    return saysOf(reply).trouble === undefined ? list.decode(reply) : undefined;
  };
  return lookByList(byRow, askForPage, list.pageRows);
};

/** Looks at as many jobs as one request asks about. */
const lookOnce = async (
  look: Look,
  project: ProjectId,
  jobs: readonly JobId[],
  ask: Ask,
): Promise<readonly (readonly [JobId, Sighting])[]> => {
  const reply = await ask(project, look.request(project, jobs), 'look');
  if (isHeld(reply) && !leadsNowhere(reply)) return unasked(jobs);
  const told = look.decode(jobs, reply);
  const isAnswer = saysOf(reply).trouble === undefined || leadsNowhere(reply);
  return jobs.flatMap((job) => {
    const sighting = told.get(job) ?? (isAnswer ? UNTOLD : undefined);
    return sighting === undefined ? [] : [[job, sighting] as const];
  });
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

/**
 * Looks at jobs of several operations and projects. Undefined: no answer came. `byRow`: whether a row of the service's list
 * settles the job; undefined if no row can.
 */
export const lookAtAll = async <Each extends InDoubt>(
  doubtful: readonly Each[],
  lookAt: LookAt,
  byRow: (one: Each) => ((sighting: Sighting) => boolean) | undefined,
): Promise<ReadonlyMap<Each, Sighting | undefined>> => {
  const found = await Promise.all(
    Array.from(groupsOf(doubtful), async ([operation, project, group]) => {
      const jobs = group.map(({ carrier }) => jobIdOf(carrier.job));
      const sightings = await lookAt(operation, project, jobs, rowsThatSettle(group, byRow));
      return group.map((one) => [one, sightings.get(jobIdOf(one.carrier.job))] as const);
    }),
  );
  return new Map(found.flat());
};

/** By job. A row settles a job if it does so for each that wants to know of it. */
const rowsThatSettle = <Each extends InDoubt>(
  group: readonly Each[],
  byRow: (one: Each) => ((sighting: Sighting) => boolean) | undefined,
): ByRow =>
  new Map(
    Array.from(
      Map.groupBy(group, ({ carrier }) => jobIdOf(carrier.job)),
      ([job, ones]) => [job, ones.map(byRow)] as const,
    )
      .filter(([, settle]) => settle.every((one) => one !== undefined))
      .map(([job, settle]) => [job, (sighting) => settle.every((one) => one?.(sighting) === true)]),
  );

/** Jobs by operation and project: one look is for one of each. */
const groupsOf = <Each extends InDoubt>(doubtful: readonly Each[]) =>
  [...Map.groupBy(doubtful, ({ operation }) => operation)].flatMap(([operation, some]) =>
    Array.from(
      Map.groupBy(some, ({ project_id }) => project_id),
      ([project, group]) => [operation, project, group] as const,
    ),
  );

import {
  type GroupOptions,
  type Job,
  type JobId,
  jobIdOf,
  type Operation,
  type OperationName,
  type ProjectId,
} from '../operations/operation.ts';
import type { Age } from './age.ts';
import type { Intent, IntentId } from './intent.ts';
import { operationOf } from './intent.ts';

/**
 * An intent as read from one message. It travels with each of its jobs, so that a result always finds its intent and its
 * message. Here `after` is an age.
 */
export interface Queued<From = unknown> {
  /** Where the intent came from. It travels with each job. */
  readonly from: From;
  readonly intent: Intent;
  /** Set if the age differs from the id. */
  readonly age?: Age | undefined;
}

export const ageOf = ({ age, intent }: Queued): Age => age ?? intent.intent_id;

/** One job, and all intents that want it. They share the outcome. */
export interface WantedJob<From = unknown> {
  readonly job: Job;
  readonly wishedBy: readonly Queued<From>[];
}

/** One job of a call, for one or more intents. */
export interface Carrier<From = unknown> extends WantedJob<From> {
  /** The newest of the intents that want it. */
  readonly newest: Queued<From>;
  /** The age of the stop that all of them follow. */
  readonly after: Age | undefined;
}

/** One upstream request: distinct jobs of one project, one operation, one set of group options. */
export interface Call<From = unknown> {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly options: GroupOptions;
  readonly carriers: readonly Carrier<From>[];
}

/** An outcome that needs no call. */
export interface Settled<From = unknown> {
  readonly job_id: JobId;
  readonly wishedBy: Queued<From>;
  readonly outcome: 'superseded' | 'expired';
  readonly superseded_by?: IntentId;
}

export interface Plan<From = unknown> {
  readonly calls: readonly Call<From>[];
  /** Runs that wait for their stop. They come back later. */
  readonly waiting: readonly Carrier<From>[];
  readonly settled: readonly Settled<From>[];
}

interface Group<From = unknown> extends Omit<Call<From>, 'carriers'> {
  readonly carriers: Carrier<From>[];
}

/** A wish for one job. In a restart, the run lies above its stop: both are kept, in that order. */
interface Wish<From = unknown> extends Carrier<From> {
  readonly group: Group<From>;
  wishedBy: Queued<From>[];
  newest: Queued<From>;
  readonly below: Wish<From> | undefined;
}

const byAge = <From>(a: Queued<From>, b: Queued<From>): number =>
  ageOf(a) < ageOf(b) ? -1 : ageOf(a) > ageOf(b) ? 1 : 0;

const sameJobOptions = (a: Job, b: Job): boolean => {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  const names = Object.keys(a);
  const { length } = Object.keys(b);
  return (
    names.length === length && names.every((name) => Reflect.get(a, name) === Reflect.get(b, name))
  );
};

/**
 * Plans calls from queued intents. Pure. For each job, intents count from oldest to newest. Laws: equal wishes (operation,
 * options and `after`) share one carrier. Otherwise the newest wins, but a stop and the run after it are both kept, in that
 * order. No job is in two calls. A group is one call of any size, which `cutCalls` cuts. The order of arrival does
 * not matter. `now` is ISO 8601.
 */
export const planCalls = <From>(queued: readonly Queued<From>[], now: string): Plan<From> => {
  const groups = new Map<string, Group<From>>();
  const wishes = new Map<string, Map<JobId, Wish<From>>>();
  const settled: Settled<From>[] = [];
  for (const one of queued.toSorted(byAge))
    fold(one, groupFor(groups, one.intent), wishes, settled);

  const waiting: Carrier<From>[] = [];
  for (const ofProject of wishes.values())
    for (const wish of ofProject.values()) assign(wish, now, waiting, settled);

  const calls = [...groups.values()].filter(({ carriers }) => carriers.length > 0);
  return { calls, waiting, settled };
};

/** Tells groups apart: one operation, one project, one set of options. The order of options counts. */
export const groupKeyOf = (
  operation: OperationName,
  project_id: ProjectId,
  options: GroupOptions,
): string => `${operation} ${project_id} ${JSON.stringify(options)}`;

const groupFor = <From>(groups: Map<string, Group<From>>, intent: Intent): Group<From> => {
  const { operation, project_id, options } = intent;
  const key = groupKeyOf(operation, project_id, options);
  let group = groups.get(key);
  if (group === undefined) {
    group = { operation: operationOf(intent), project_id, options, carriers: [] };
    groups.set(key, group);
  }
  return group;
};

/** Adds the wishes of one intent to those of older intents for the same jobs. */
const fold = <From>(
  queued: Queued<From>,
  group: Group<From>,
  wishes: Map<string, Map<JobId, Wish<From>>>,
  settled: Settled<From>[],
): void => {
  const scope = `${group.operation.service} ${group.project_id}`;
  const ofProject = wishes.get(scope) ?? new Map<JobId, Wish<From>>();
  wishes.set(scope, ofProject);
  const alone = [queued];
  const { after } = queued.intent;
  for (const job of queued.intent.jobs) {
    const id = jobIdOf(job);
    const top = ofProject.get(id);
    const below = top && supersede(top, group, job, queued.intent, settled);
    if (below === undefined || !isSame(below, group, job, after)) {
      ofProject.set(id, { group, job, after, wishedBy: alone, newest: queued, below });
    } else {
      // The jobs of one intent share its list; a list of several belongs to one job.
      if (below.wishedBy.length === 1) below.wishedBy = [...below.wishedBy, queued];
      else below.wishedBy.push(queued);
      below.newest = queued;
      if (below !== top) ofProject.set(id, below);
    }
  }
};

const isSame = <From>(
  wish: Wish<From>,
  group: Group<From>,
  job: Job,
  after: Age | undefined,
): boolean => wish.group === group && wish.after === after && sameJobOptions(wish.job, job);

/** Drops the older wishes that a newer one makes stale. Returns the first that is kept or equal. */
const supersede = <From>(
  top: Wish<From>,
  group: Group<From>,
  job: Job,
  { intent_id: by, after }: Intent,
  settled: Settled<From>[],
): Wish<From> | undefined => {
  for (let wish: Wish<From> | undefined = top; wish !== undefined; wish = wish.below) {
    if (
      isSame(wish, group, job, after) ||
      wish.group.operation.name === group.operation.restart?.after
    )
      return wish;
    for (const wishedBy of wish.wishedBy)
      settled.push({ job_id: jobIdOf(job), wishedBy, outcome: 'superseded', superseded_by: by });
  }
  return undefined;
};

/** Puts the oldest live wish of a job into its group's call. The wishes above it wait. */
const assign = <From>(
  top: Wish<From>,
  now: string,
  waiting: Carrier<From>[],
  settled: Settled<From>[],
): void => {
  const live = [];
  for (let wish: Wish<From> | undefined = top; wish !== undefined; wish = wish.below)
    if (expire(wish, now, settled)) live.push(wish);
  const oldest = live.pop();
  if (oldest !== undefined) oldest.group.carriers.push(oldest);
  waiting.push(...live);
};

/** Whether the deadline of an intent has passed. `now` is ISO 8601. */
export const isOverdue = ({ intent: { expires_at } }: Queued, now: string): boolean =>
  expires_at !== undefined && expires_at <= now;

/** Settles the intents whose deadline has passed. True if any is left. */
const expire = <From>(wish: Wish<From>, now: string, settled: Settled<From>[]): boolean => {
  const isLate = (wishedBy: Queued<From>) => isOverdue(wishedBy, now);
  if (!wish.wishedBy.some(isLate)) return true;
  for (const wishedBy of wish.wishedBy.filter(isLate))
    settled.push({ job_id: jobIdOf(wish.job), wishedBy, outcome: 'expired' });
  wish.wishedBy = wish.wishedBy.filter((wishedBy) => !isLate(wishedBy));
  wish.newest = wish.wishedBy.at(-1) ?? wish.newest;
  return wish.wishedBy.length > 0;
};

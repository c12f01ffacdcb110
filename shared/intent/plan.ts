import {
  type GroupOptions,
  type Job,
  type JobId,
  jobIdOf,
  type Operation,
  type ProjectId,
} from '../operations/operation.ts';
import type { Age } from './age.ts';
import type { Intent, IntentId } from './intent.ts';
import { operationOf } from './intent.ts';

/**
 * An intent as read from one message. Which message, and the intent, travel with every job, so none is ever guessed. Its
 * `after` is an age here.
 */
export interface Queued {
  readonly part: string;
  readonly intent: Intent;
  /** If it is not as old as its id says. */
  readonly age?: Age | undefined;
}

export const ageOf = ({ age, intent }: Queued): Age => age ?? intent.intent_id;

/** One job, and all intents that ask for it: all share the outcome. */
export interface WantedJob {
  readonly job: Job;
  readonly wishedBy: readonly Queued[];
}

/** One job to be asked for once. */
export interface Carrier extends WantedJob {
  /** The age of the intent that all of them are to follow. */
  readonly after: Age | undefined;
}

/** One upstream request: distinct jobs of one project, one operation, one set of group options. */
export interface Call {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly options: GroupOptions;
  readonly carriers: readonly Carrier[];
}

/** An outcome that needs no call. */
export interface Settled {
  readonly job_id: JobId;
  readonly wishedBy: Queued;
  readonly outcome: 'superseded' | 'expired';
  readonly superseded_by?: IntentId;
}

export interface Plan {
  readonly calls: readonly Call[];
  /** Runs that wait for their stop: not now, and not lost. */
  readonly waiting: readonly Carrier[];
  readonly settled: readonly Settled[];
}

interface Group extends Omit<Call, 'carriers'> {
  readonly carriers: Carrier[];
}

/** What is wished for one job. Wishes that must follow each other, as in a restart, lie one above the other. */
interface Wish extends Carrier {
  readonly group: Group;
  wishedBy: Queued[];
  readonly below: Wish | undefined;
}

const byAge = (a: Queued, b: Queued): number =>
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
 * The pure step from queued intents to calls. Laws: per job, oldest to newest, the same operation with the same options
 * after the same intent is one carrier; otherwise the newest wins, except that a stop and a run after it are both kept, in that order.
 * No job is in two calls. Each group is one call, of any size: {@link cutCalls} makes it fit. The order of arrival does not matter. `now` is ISO 8601.
 */
export const planCalls = (queued: readonly Queued[], now: string): Plan => {
  const groups = new Map<string, Group>();
  const wishes = new Map<string, Map<JobId, Wish>>();
  const settled: Settled[] = [];
  for (const one of queued.toSorted(byAge))
    fold(one, groupFor(groups, one.intent), wishes, settled);

  const waiting: Carrier[] = [];
  for (const ofProject of wishes.values())
    for (const wish of ofProject.values()) assign(wish, now, waiting, settled);

  const calls = [...groups.values()].filter(({ carriers }) => carriers.length > 0);
  return { calls, waiting, settled };
};

/** Law (promise P6): the calls of a group are ceil(its jobs / maxJobsPerCall). */
export const cutCalls = (
  calls: readonly Call[],
  maxJobsPerCall: (operation: Operation) => number,
): readonly Call[] =>
  calls.flatMap((call) => {
    const most = maxJobsPerCall(call.operation);
    return Array.from({ length: Math.ceil(call.carriers.length / most) }, (_, i) => ({
      ...call,
      carriers: call.carriers.slice(i * most, (i + 1) * most),
    }));
  });

/** Into so many calls those are cut that were in vain in one. */
const PIECES = 4;

/**
 * Law: jobs whose last call was in vain are cut into pieces, and not called together with others: should one of them be
 * the reason, the others are rid of it, most at once and all after a few times. `suspects` tells among how many jobs the
 * reason is known to be, or infinity; undefined for a job that is not called again. The larger suspicion goes first.
 */
export const partRepeats = (
  calls: readonly Call[],
  suspects: (carrier: Carrier) => number | undefined,
): readonly Call[] =>
  calls.flatMap((call) => {
    const fresh = call.carriers.filter((carrier) => suspects(carrier) === undefined);
    if (fresh.length === call.carriers.length) return [call];
    const again = call.carriers.filter((carrier) => suspects(carrier) !== undefined);
    const bySize = [...Map.groupBy(again, (carrier) => suspects(carrier) ?? 0)];
    const pieces = bySize
      .toSorted(([a], [b]) => b - a)
      .flatMap(([size, carriers]) => {
        const most = Math.ceil(Math.min(size, carriers.length) / PIECES);
        return cutCalls([{ ...call, carriers }], () => most);
      });
    return [{ ...call, carriers: fresh }, ...pieces];
  });

const groupFor = (groups: Map<string, Group>, intent: Intent): Group => {
  const { operation, project_id, options } = intent;
  const key = `${operation} ${project_id} ${JSON.stringify(options)}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = { operation: operationOf(intent), project_id, options, carriers: [] };
    groups.set(key, group);
  }
  return group;
};

/** Lays one intent's wishes on top of what older intents wished for the same jobs. */
const fold = (
  queued: Queued,
  group: Group,
  wishes: Map<string, Map<JobId, Wish>>,
  settled: Settled[],
): void => {
  const scope = `${group.operation.service} ${group.project_id}`;
  const ofProject = wishes.get(scope) ?? new Map<JobId, Wish>();
  wishes.set(scope, ofProject);
  const alone = [queued];
  const { after } = queued.intent;
  for (const job of queued.intent.jobs) {
    const id = jobIdOf(job);
    const top = ofProject.get(id);
    const below = top && supersede(top, group, job, queued.intent, settled);
    if (below === undefined || !isSame(below, group, job, after)) {
      ofProject.set(id, { group, job, after, wishedBy: alone, below });
    } else {
      // The jobs of one intent share its list; a list of several belongs to one job.
      if (below.wishedBy.length === 1) below.wishedBy = [...below.wishedBy, queued];
      else below.wishedBy.push(queued);
      if (below !== top) ofProject.set(id, below);
    }
  }
};

const isSame = (wish: Wish, group: Group, job: Job, after: Age | undefined): boolean =>
  wish.group === group && wish.after === after && sameJobOptions(wish.job, job);

/** Drops the older wishes that a newer one makes stale, and returns the first that stands beside it or is the same. */
const supersede = (
  top: Wish,
  group: Group,
  job: Job,
  { intent_id: by, after }: Intent,
  settled: Settled[],
): Wish | undefined => {
  for (let wish: Wish | undefined = top; wish !== undefined; wish = wish.below) {
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

/** The oldest live wish of a job goes into its group's call; one above it waits. */
const assign = (top: Wish, now: string, waiting: Carrier[], settled: Settled[]): void => {
  const live = [];
  for (let wish: Wish | undefined = top; wish !== undefined; wish = wish.below)
    if (expire(wish, now, settled)) live.push(wish);
  const oldest = live.pop();
  if (oldest !== undefined) oldest.group.carriers.push(oldest);
  waiting.push(...live);
};

/** Whether the deadline of one who asks has passed. `now` is ISO 8601. */
export const isOverdue = ({ intent: { expires_at } }: Queued, now: string): boolean =>
  expires_at !== undefined && expires_at <= now;

/** Settles the intents whose deadline has passed; tells whether any is left. */
const expire = (wish: Wish, now: string, settled: Settled[]): boolean => {
  const isLate = (wishedBy: Queued) => isOverdue(wishedBy, now);
  if (!wish.wishedBy.some(isLate)) return true;
  for (const wishedBy of wish.wishedBy.filter(isLate))
    settled.push({ job_id: jobIdOf(wish.job), wishedBy, outcome: 'expired' });
  wish.wishedBy = wish.wishedBy.filter((wishedBy) => !isLate(wishedBy));
  return wish.wishedBy.length > 0;
};

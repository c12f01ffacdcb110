import { clustersOf } from '../batching/clusters.ts';
import type { TrialRecord } from '../ledger/trial-record.ts';
import type { Received } from './received.ts';

/** What is known of a message before any work on it. */
export interface Suspect {
  readonly message: Received;
  /** Its jobs, by the keys of their records. A message that cannot be read has none. */
  readonly jobs: readonly string[];
  /** Whether the ledger has a record of one of its blocks. */
  readonly isTraced: boolean;
  readonly trial: TrialRecord | undefined;
  /** Whether it is too young for the function to have died of it. */
  readonly isYoung?: boolean;
}

export interface Trials<One> {
  /** They go first, all together. */
  readonly first: readonly One[];
  /** They go after those, one group after the other. */
  readonly groups: readonly (readonly One[])[];
}

/** From this receive on, a message is suspect if no invocation has left a record of it. */
export const SUSPECT_RECEIVES = 3;

/** From this receive on, a message is suspect in any case. */
const MANY_RECEIVES = 24;

/** A group in which the function died is parted into groups of this share of it. */
const SHARE = 0.1;

/** Whether the function may have died of a message, by how often it came and what is known of it. */
export const isSuspect = (one: Suspect): boolean => {
  const { message, jobs, isTraced, trial, isYoung = false } = one;
  const { receiveCount } = message;
  if (isYoung || jobs.length === 0) return false;
  if (trial !== undefined && !trial.ended) return true;
  if (receiveCount < (isTraced ? MANY_RECEIVES : SUSPECT_RECEIVES)) return false;
  return trial === undefined || receiveCount >= 2 * trial.receives;
};

/** In a group of so many the function died last, with this message among them. */
const diedWith = ({ trial }: Suspect): number =>
  trial === undefined || trial.ended ? Number.MAX_SAFE_INTEGER : trial.size;

/** How often the queue gave a message since it was last tried. */
const waited = ({ message: { receiveCount }, trial }: Suspect): number =>
  receiveCount - (trial?.receives ?? 0);

/** Messages for the same jobs, which are worked on together. */
interface Cluster<One> {
  readonly members: readonly One[];
  readonly diedWith: number;
  readonly waited: number;
}

/** The largest group in which a cluster is tried next. */
const mostOf = (cluster: Cluster<unknown>): number =>
  Math.max(1, Math.ceil(cluster.diedWith * SHARE));

/** What died in a small group comes last, and what was tried last comes after its like: so each has its turn. */
const byTurn = (a: Cluster<unknown>, b: Cluster<unknown>): number =>
  b.diedWith - a.diedWith || b.waited - a.waited;

/**
 * Finds the messages that a function may die of: out of memory, over its time, or by a bug. Such a function takes its whole
 * batch along, and leaves no record of which message it was. Laws: what is suspect comes after all other messages, in groups
 * that shrink with each death, so that after a few deaths a poison message is alone and holds up no other. Messages for the
 * same job stay together, since the order of their intents matters.
 */
export const planTrials = <One extends Suspect>(all: readonly One[]): Trials<One> => {
  const suspect = clustersOf(all, ({ jobs }) => jobs)
    .filter((members) => members.some(isSuspect))
    .map((members) => ({
      members,
      diedWith: Math.min(...members.map(diedWith)),
      waited: Math.max(...members.map(waited)),
    }));
  const groups: One[][] = [];
  for (const cluster of suspect.toSorted(byTurn)) {
    const last = groups.at(-1);
    if (last !== undefined && last.length + cluster.members.length <= mostOf(cluster))
      last.push(...cluster.members);
    else groups.push([...cluster.members]);
  }
  const apart = new Set(groups.flat());
  return { first: all.filter((one) => !apart.has(one)), groups };
};

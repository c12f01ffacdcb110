import type { OperationName } from '../../../shared/operations/operation.ts';
import { isFollowed, isFollower } from '../../support/fixtures.ts';
import { jobKey, type Step } from '../chronicle.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { intentsIn, type Oracle, verdictKey } from './oracle.ts';

/** The outcome of one intent for one job. */
interface Told {
  readonly outcome: string;
  readonly by: string | undefined;
  readonly at: number;
}

/** What a history says of intents: their outcomes, deadlines and operations, and which were received for each job. */
const readHistory = (steps: readonly Step[]) => {
  const told = new Map<string, Told>();
  const deadlines = new Map<string, number>();
  const operations = new Map<string, OperationName>();
  const received = new Map<string, { readonly intentId: string; readonly at: number }[]>();
  for (const step of steps) {
    if (step.kind === 'published') {
      const { intent_id, job_id, outcome, superseded_by: by } = step.result;
      const key = verdictKey(intent_id, job_id);
      if (!told.has(key)) told.set(key, { outcome, by, at: step.at });
    }
    if (step.kind === 'begun')
      for (const { intentId, operation, project, jobs } of intentsIn(step.invocation))
        for (const id of jobs.keys()) {
          const job = jobKey(operation, project, id);
          received.set(job, [...(received.get(job) ?? []), { intentId, at: step.at }]);
        }
    if (step.kind !== 'queued' || step.letter.intent === undefined) continue;
    const { intentId, expiresAt, operation } = step.letter.intent;
    operations.set(intentId, operation);
    const earlier = deadlines.get(intentId) ?? Number.POSITIVE_INFINITY;
    deadlines.set(intentId, Math.min(earlier, expiresAt));
  }
  return { steps, told, deadlines, operations, received };
};

type Read = ReturnType<typeof readHistory>;

/** A run that was delivered for a job, and its stop, which was superseded by another intent. */
interface Pair {
  readonly run: string;
  readonly stop: string;
  readonly by: string;
  readonly ranAt: number;
  readonly id: string;
}

/** Whether an intent of another kind superseded the stop, as a delete does, whatever follows. */
const isOfAnotherKind = ({ by }: Pair, { operations }: Read): boolean => {
  const kind = operations.get(by);
  return kind !== undefined && !isFollowed(kind) && !isFollower(kind);
};

/** Whether an intent between the two, or a newer stop, could supersede the stop. */
const isExcused = (
  { run, stop, by, ranAt, id }: Pair,
  job: string,
  { told, operations, received }: Read,
): boolean =>
  (received.get(job) ?? []).some(({ intentId: other, at }) => {
    const outcome = told.get(verdictKey(other, id))?.outcome;
    if (other <= stop) return false;
    const kind = operations.get(other);
    const isStop = kind !== undefined && isFollowed(kind);
    // Only its own batch knows an expired intent.
    if (outcome === 'expired' || (isStop && other === by)) return true;
    // The ledger may know an intent between them that was never called. Or a newer stop did the work, for a newer
    // run that shares its outcome with this one.
    return at <= ranAt && (other < run || (isStop && outcome === 'delivered'));
  });

/** Whether a late run shares the outcome of a newer run with the same stop. The intent between them came before that. */
const isShared = ({ run, stop, by, id }: Pair, { steps, told }: Read): boolean =>
  steps.some(
    (other) =>
      other.kind === 'accepted' &&
      other.after === stop &&
      other.intentId >= by &&
      other.intentId > run &&
      told.get(verdictKey(other.intentId, id))?.outcome === 'delivered',
  );

/**
 * In whatever order messages come: if a run that names its stop is delivered, neither this run nor a newer one superseded
 * the stop. Two exceptions: an intent between them came before the run was delivered, or the stop's deadline had passed.
 */
export const namedStop: Oracle = {
  promise: 'a run follows the stop that it names',
  *check({ steps, intents }) {
    const known = new Set(intents.map(({ age }) => age));
    const read = readHistory(steps);
    for (const step of steps) {
      if (step.kind !== 'accepted' || step.after === undefined) continue;
      const { intentId: run, after: stop, wish } = step;
      // No intent has that name.
      if (!known.has(stop)) continue;
      if (run < stop) yield `${run} is to follow ${stop}, and is older`;
      for (const id of wish.jobs.keys()) {
        const ran = read.told.get(verdictKey(run, id));
        const stopped = read.told.get(verdictKey(stop, id));
        if (ran?.outcome !== 'delivered' || stopped?.outcome !== 'superseded') continue;
        if (ran.at + SKEW_MS >= (read.deadlines.get(stop) ?? 0)) continue;
        const pair: Pair = { run, stop, by: stopped.by ?? '', ranAt: ran.at, id };
        const job = jobKey(wish.operation, wish.project, id);
        if (isOfAnotherKind(pair, read)) continue;
        if (!isExcused(pair, job, read) && !isShared(pair, read))
          yield `${run} was delivered for ${id}, and ${stop}, which it names, was given up for ${pair.by}`;
      }
    }
  },
};

import { jobKey } from '../chronicle.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { idsOf, type Oracle, verdictKey } from './oracle.ts';

/** How one intent ended for one job. */
interface Told {
  readonly outcome: string;
  readonly by: string | undefined;
  readonly at: number;
}

/**
 * In whatever order the queue gives them: where a run is delivered that names its stop, the stop was not given up for it,
 * nor for anything newer that was carried out. It may have been for one between them that was begun; and its deadline may
 * have been over by then.
 */
export const namedStop: Oracle = {
  promise: 'a run follows the stop that it names',
  *check({ steps }) {
    const told = new Map<string, Told>();
    const deadlines = new Map<string, number>();
    const begun = new Map<string, Set<string>>();
    const begin = (job: string, intents: readonly string[]) =>
      begun.set(job, new Set([...(begun.get(job) ?? []), ...intents]));
    for (const step of steps) {
      if (step.kind === 'published') {
        const {
          intent_id,
          job_id,
          project_id,
          operation,
          outcome,
          superseded_by: by,
        } = step.result;
        const key = verdictKey(intent_id, job_id);
        if (!told.has(key)) told.set(key, { outcome, by, at: step.at });
        if (outcome === 'delivered') begin(jobKey(operation, project_id, job_id), [intent_id]);
      }
      if (step.kind === 'called')
        for (const [place, { id }] of step.call.jobs.entries())
          begin(jobKey(step.call.operation, step.call.project, id), idsOf(step.call, place));
      if (step.kind !== 'queued' || step.letter.ask === undefined) continue;
      const { intentId, expiresAt } = step.letter.ask;
      const earlier = deadlines.get(intentId) ?? Number.POSITIVE_INFINITY;
      deadlines.set(intentId, Math.min(earlier, expiresAt));
    }
    for (const step of steps) {
      if (step.kind !== 'accepted' || step.after === undefined) continue;
      const { intentId: run, after: stop, wish } = step;
      if (run < stop) yield `${run} is to follow ${stop}, and is older`;
      for (const id of wish.jobs.keys()) {
        const ran = told.get(verdictKey(run, id));
        const stopped = told.get(verdictKey(stop, id));
        if (ran?.outcome !== 'delivered' || stopped?.outcome !== 'superseded') continue;
        if (ran.at + SKEW_MS >= (deadlines.get(stop) ?? 0)) continue;
        const others = begun.get(jobKey(wish.operation, wish.project, id)) ?? new Set();
        const { by = '' } = stopped;
        const isBetween = [by, ...others].some((other) => other > stop && other < run);
        // A newer one that has expired is known to those alone who were in one batch with it.
        const isForNothing = told.get(verdictKey(by, id))?.outcome === 'expired';
        if (!isBetween && !isForNothing)
          yield `${run} was delivered for ${id}, and ${stop}, which it names, was given up for ${by}`;
      }
    }
  },
};

import { jobKey } from '../chronicle.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { type Oracle, verdictKey } from './oracle.ts';

/** What is known of one intent and job. */
interface Told {
  readonly outcome: string;
  readonly at: number;
}

/**
 * In whatever order the queue gives them: where a run is delivered that names its stop, the stop was not given up for a
 * newer intent, unless there was one between them, or its deadline was over by then.
 */
export const namedStop: Oracle = {
  promise: 'a run follows the stop that it names',
  *check({ steps }) {
    const told = new Map<string, Told>();
    const deadlines = new Map<string, number>();
    const asking = new Map<string, Set<string>>();
    for (const step of steps) {
      if (step.kind === 'published') {
        const { intent_id, job_id, outcome } = step.result;
        const key = verdictKey(intent_id, job_id);
        if (!told.has(key)) told.set(key, { outcome, at: step.at });
      }
      if (step.kind !== 'queued' || step.letter.ask === undefined) continue;
      const { intentId, expiresAt, operation, project, jobs } = step.letter.ask;
      const earlier = deadlines.get(intentId) ?? Number.POSITIVE_INFINITY;
      deadlines.set(intentId, Math.min(earlier, expiresAt));
      for (const id of jobs.keys()) {
        const job = jobKey(operation, project, id);
        asking.set(job, (asking.get(job) ?? new Set()).add(intentId));
      }
    }
    for (const step of steps) {
      if (step.kind !== 'accepted' || step.after === undefined) continue;
      const { intentId: run, after: stop, wish } = step;
      if (run < stop) yield `${run} is to follow ${stop}, and is older`;
      for (const id of wish.jobs.keys()) {
        const ran = told.get(verdictKey(run, id));
        if (ran?.outcome !== 'delivered' || ran.at + SKEW_MS >= (deadlines.get(stop) ?? 0))
          continue;
        const others = asking.get(jobKey(wish.operation, wish.project, id)) ?? new Set();
        if ([...others].some((other) => other > stop && other < run)) continue;
        if (told.get(verdictKey(stop, id))?.outcome === 'superseded')
          yield `${run} was delivered for ${id}, and ${stop}, which it names, was given up`;
      }
    }
  },
};

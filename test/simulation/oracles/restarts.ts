import type { OperationName } from '../../../shared/operations/operation.ts';
import { contractOf, isFollowed, isRestart } from '../../support/fixtures.ts';
import { jobKey } from '../chronicle.ts';
import { lateFollowers, SKEW_MS } from './nothing-stale.ts';
import { idsBehind, type Oracle, verdictKey } from './oracle.ts';
import { isFailureOf } from './statuses.ts';

const STOPPING = new Set(['job_savepointing', 'job_canceling']);

/**
 * A run never overtakes the stop before it: when its call arrives, the job is at rest. A rejected stop does not count, even
 * if it was rejected because an older stop was under way.
 */
export const runAfterStop: Oracle = {
  promise: 'a run waits for the stop before it',
  *check({ steps }) {
    const stops = new Map<string, { readonly intent: string; readonly outcome: string }>();
    for (const step of steps) {
      if (step.kind === 'published' && isFollowed(step.result.operation)) {
        const { intent_id: intent, job_id, project_id, operation, outcome } = step.result;
        const job = jobKey(operation, project_id, job_id);
        if (intent >= (stops.get(job)?.intent ?? '')) stops.set(job, { intent, outcome });
      }
      if (step.kind !== 'arrived' || contractOf(step.call.operation).follows === undefined)
        continue;
      const { n, jobs, statuses, operation, project } = step.call;
      for (const [place, { id }] of jobs.entries()) {
        const status = statuses[place] ?? '';
        const isRefused = stops.get(jobKey(operation, project, id))?.outcome === 'rejected';
        if (STOPPING.has(status) && !isRefused)
          yield `call ${n} asked to run ${id} while it was ${status}`;
      }
    }
  },
};

interface Begun {
  readonly operation: OperationName;
  readonly index: number;
  readonly at: number;
}

/** A begun stop is not superseded by a run that was begun after it, unless the deadline of the stop had passed. */
export const stopNotGivenUp: Oracle = {
  promise: 'a stop is not given up for a run',
  *check({ steps }) {
    const begun = new Map<string, Begun>();
    const deadlines = new Map<string, number>();
    const queued = new Map<string, Set<string>>();
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'queued' && step.letter.intent) {
        const { intentId, expiresAt, operation, project, jobs } = step.letter.intent;
        for (const id of jobs.keys()) {
          const job = jobKey(operation, project, id);
          queued.set(job, (queued.get(job) ?? new Set()).add(intentId));
        }
        const earlier = deadlines.get(intentId) ?? Number.POSITIVE_INFINITY;
        deadlines.set(intentId, Math.min(earlier, expiresAt));
      }
      if (step.kind === 'called')
        for (const [place, { id }] of step.call.jobs.entries()) {
          // Older intents with the same wish share the outcome, if it is recorded in time.
          const key = verdictKey(idsBehind(step.call, place).toSorted().at(-1) ?? '', id);
          const { operation } = step.call;
          if (!begun.has(key)) begun.set(key, { operation, index, at: step.at });
        }
      if (step.kind !== 'published' || step.result.outcome !== 'superseded') continue;
      const { intent_id, job_id, project_id, operation, superseded_by: by = '' } = step.result;
      const stop = begun.get(verdictKey(intent_id, job_id));
      const run = begun.get(verdictKey(by, job_id));
      if (stop === undefined || run === undefined) continue;
      if (!isRestart(stop.operation, run.operation)) continue;
      // An intent between them may have superseded the stop, and the run that intent.
      const between = queued.get(jobKey(operation, project_id, job_id)) ?? new Set();
      if ([...between].some((id) => id > intent_id && id < by)) continue;
      if (run.index > stop.index && run.at + SKEW_MS < (deadlines.get(intent_id) ?? 0))
        yield `${intent_id} was begun for ${job_id}, and given up for ${by}`;
    }
  },
};

/**
 * No intent takes effect on a job twice, unless the upstream failed to carry out the first call. A run that was called before
 * the ledger knew its stop is called again after that.
 */
export const onceEach: Oracle = {
  promise: 'one effect for one intent',
  *check({ steps, climate, intents }) {
    const late = lateFollowers(intents);
    const effects = new Map<string, ReadonlySet<string>>();
    for (const step of steps) {
      if (step.kind !== 'arrived' || !step.call.effective) continue;
      const { call } = step;
      for (const [place, { id }] of call.jobs.entries()) {
        if (call.troubles[place] !== undefined) continue;
        const job = jobKey(call.operation, call.project, id);
        const before = effects.get(job) ?? new Set();
        const asking = idsBehind(call, place);
        const isAgain =
          asking.length > 0 && asking.every((intent) => before.has(intent) && !late.has(intent));
        const status = call.statuses[place] ?? '';
        // The upstream accepted the call and failed, so a second call is right.
        const hasFailed = climate.jobsFail > 0 && isFailureOf(call.operation, status);
        if (isAgain && !hasFailed)
          yield `${asking} took effect on ${job} twice, the second time by call ${call.n}`;
        effects.set(job, new Set([...before, ...asking]));
      }
    }
  },
};

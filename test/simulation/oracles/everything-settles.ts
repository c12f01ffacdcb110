import { AllRequestsRefusedError } from '../../../shared/control/control.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { intentsBehind, type Oracle, verdictKey } from './oracle.ts';

/** Long enough for leases, the longest backoff, the slowest job and its restart, one after the other. */
const SETTLING_MS = 3 * 3_600_000;

/**
 * Once no fault strikes any more, everything settles: no intent expires if its deadline was hours away. One exception: a
 * run that names a stop which was never begun.
 */
export const everythingSettles: Oracle = {
  promise: 'everything settles',
  *check({ steps, calmAt, endedAt }) {
    const deadlines = new Map<string, number>();
    const begun = new Set<string>();
    const before = new Map<string, string>();
    for (const step of steps) {
      if (step.kind === 'threw' && !(step.error instanceof AllRequestsRefusedError))
        yield `the control loop threw: ${step.error instanceof Error ? step.error.stack : step.error}`;
      if (step.kind === 'queued' && step.letter.intent) {
        const { intentId, expiresAt, after } = step.letter.intent;
        if (after !== undefined) before.set(intentId, after);
        deadlines.set(intentId, Math.max(expiresAt, deadlines.get(intentId) ?? 0));
      }
      if (step.kind === 'called')
        for (const [place, { id }] of step.call.jobs.entries())
          for (const { intentId, expiresAt } of intentsBehind(step.call, place))
            if (expiresAt > step.at + SKEW_MS) begun.add(verdictKey(intentId, id));
      if (step.kind !== 'published') continue;
      const { intent_id, job_id, outcome } = step.result;
      if (outcome === 'delivered') begun.add(verdictKey(intent_id, job_id));
      const last = deadlines.get(intent_id) ?? 0;
      const stop = before.get(intent_id);
      const isAlone = stop !== undefined && !begun.has(verdictKey(stop, job_id));
      if (outcome === 'expired' && last > calmAt + SETTLING_MS && !isAlone)
        yield `${intent_id}/${job_id} expired in all the calm`;
    }
    const latest = Math.max(calmAt, ...deadlines.values());
    if (endedAt > latest + SETTLING_MS) yield 'it took hours longer than any deadline';
  },
};

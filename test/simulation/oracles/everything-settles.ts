import { EverybodyRefusedError } from '../../../shared/control/control.ts';
import type { Oracle } from './oracle.ts';

/** Leases, the longest pause between two tries, the slowest job and a restart of it, all one after the other. */
const SETTLING_MS = 3 * 3_600_000;

/** Once nothing goes wrong any more everything settles: nothing expires whose deadline is hours away. */
export const everythingSettles: Oracle = {
  promise: 'everything settles',
  *check({ steps, calmAt, endedAt }) {
    const deadlines = new Map<string, number>();
    for (const step of steps) {
      if (step.kind === 'threw' && !(step.error instanceof EverybodyRefusedError))
        yield `the control loop threw: ${step.error instanceof Error ? step.error.stack : step.error}`;
      if (step.kind === 'queued' && step.letter.ask) {
        const { intentId, expiresAt } = step.letter.ask;
        deadlines.set(intentId, Math.max(expiresAt, deadlines.get(intentId) ?? 0));
      }
      if (step.kind !== 'published') continue;
      const { intent_id, job_id, outcome } = step.result;
      const first = deadlines.get(intent_id) ?? 0;
      if (outcome === 'expired' && first > calmAt + SETTLING_MS)
        yield `${intent_id}/${job_id} expired in all the calm`;
    }
    const latest = Math.max(calmAt, ...deadlines.values());
    if (endedAt > latest + SETTLING_MS) yield 'it took hours longer than any deadline';
  },
};

import { jobKey } from '../chronicle.ts';
import { intentsBehind, type Oracle } from './oracle.ts';

/**
 * Of one sender's wishes for a job the one of the lower sequence is the older: it is never carried out after the other was,
 * and the other is never given up for it. All events of a history have one sender, and all direct callers are one.
 */
export const sequenceOrder: Oracle = {
  promise: 'the order of sequences is kept',
  *check({ steps, intents }) {
    const sequences = new Map<string, readonly [sender: string, sequence: number]>();
    // One that names what it is to follow follows it, whatever its sequence.
    for (const { age, request, after } of intents)
      if (request.sequence !== undefined && after === undefined)
        sequences.set(age, [request.isEvent ? 'event' : 'direct', request.sequence]);
    if (sequences.size === 0) return;
    const isLower = (one: string, other: string): boolean => {
      const [[a, low], [b, high]] = [sequences.get(one) ?? [], sequences.get(other) ?? []];
      return a !== undefined && a === b && low !== undefined && high !== undefined && low < high;
    };
    const delivered = new Map<string, string[]>();
    for (const step of steps) {
      if (step.kind === 'published') {
        const { intent_id, job_id, operation, project_id, outcome, superseded_by } = step.result;
        if (superseded_by !== undefined && isLower(superseded_by, intent_id))
          yield `${intent_id} was given up for ${superseded_by}, whose sequence is lower`;
        const { call } = step.result;
        const job = jobKey(operation, project_id, job_id);
        // What a look showed may have been another's deed.
        if (outcome === 'delivered' && call !== undefined)
          delivered.set(job, [...(delivered.get(job) ?? []), intent_id]);
      }
      if (step.kind !== 'called') continue;
      for (const [place, { id }] of step.call.jobs.entries()) {
        const done = delivered.get(jobKey(step.call.operation, step.call.project, id)) ?? [];
        const behind = intentsBehind(step.call, place);
        const stale = behind.every(({ intentId }) => done.some((one) => isLower(intentId, one)));
        if (behind.length > 0 && stale)
          yield `call ${step.call.n} carried out ${behind.map(({ intentId }) => intentId)} for ${id} after a higher sequence`;
      }
    }
  },
};

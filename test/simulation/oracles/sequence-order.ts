import { jobKey } from '../chronicle.ts';
import { intentsBehind, type Oracle } from './oracle.ts';

/**
 * Among one caller's intents for a job, the lower sequence is the older: it is never carried out after a higher one, and
 * never supersedes it. In a history all events have one caller, and so have all direct calls.
 */
export const sequenceOrder: Oracle = {
  promise: 'the order of sequences is kept',
  *check({ steps, intents }) {
    const sequences = new Map<string, readonly [sender: string, sequence: number]>();
    // An intent with `after` follows that stop, whatever its sequence.
    for (const { age, request, namesStop } of intents)
      if (request.sequence !== undefined && !namesStop)
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
        // An effect that a look showed may come from another intent.
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

import type { Letter } from '../chronicle.ts';
import { type Oracle, sameOptions } from './oracle.ts';

/** P9 and P5 on the way in and out: messages and results hold exactly what was wished, digit for digit. */
export const exactIds: Oracle = {
  promise: 'P9 exact ids',
  *check({ steps }) {
    const letters = new Map<string, Letter[]>();
    for (const step of steps) {
      if (step.kind === 'queued' && step.letter.intent) {
        const { intentId } = step.letter.intent;
        letters.set(intentId, [...(letters.get(intentId) ?? []), step.letter]);
      }
      if (step.kind === 'published') {
        const { intent_id, job_id, project_id, operation } = step.result;
        const isAsked = letters
          .get(intent_id)
          ?.some(
            ({ intent }) =>
              intent?.jobs.has(job_id) &&
              intent.project === project_id &&
              intent.operation === operation,
          );
        if (!isAsked) yield `nobody asked for the result of ${job_id} for ${intent_id}`;
      }
      if (step.kind !== 'accepted') continue;
      const { wish, intentId } = step;
      for (const { intent } of letters.get(intentId) ?? []) {
        if (intent === undefined) continue;
        if (
          intent.operation !== wish.operation ||
          intent.project !== wish.project ||
          !sameOptions(intent.options, wish.options)
        )
          yield `${intentId} was queued as something else`;
        for (const [id, own] of intent.jobs) {
          const wished = wish.jobs.get(id);
          if (wished === undefined || !sameOptions(own, wished))
            yield `${intentId} was queued with ${id}, which nobody wished`;
        }
      }
    }
  },
};

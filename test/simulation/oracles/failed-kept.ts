import type { Letter } from '../chronicle.ts';
import { SPARE } from './memory.ts';
import { type Oracle, verdictKey } from './oracle.ts';

/**
 * A message with a failed job is on the dead-letter queue, so that it can be redriven. The invocation with its last
 * receives deletes it only after it was dead-lettered. Each redrive starts anew.
 */
export const failedKept: Oracle = {
  promise: 'failed messages are kept',
  *check({ steps, climate }) {
    const failed = new Set<string>();
    /** By message: the jobs that had failed before it was redriven. */
    const before = new Map<string, ReadonlySet<string>>();
    const deadLettered = new Set<string>();
    const verdictsOf = ({ intent }: Letter): readonly string[] =>
      Array.from(intent?.jobs.keys() ?? [], (id) => verdictKey(intent?.intentId ?? '', id));
    for (const step of steps) {
      if (step.kind === 'published' && step.result.outcome === 'failed')
        failed.add(verdictKey(step.result.intent_id, step.result.job_id));
      if (step.kind === 'dead-lettered' || step.kind === 'redriven')
        deadLettered.add(step.letter.id);
      if (step.kind === 'taken up') {
        const { letter } = step;
        deadLettered.delete(letter.id);
        before.set(letter.id, new Set(verdictsOf(letter).filter((key) => failed.has(key))));
      }
      if (step.kind !== 'deleted' || step.receives < climate.maxReceives - SPARE) continue;
      const { letter } = step;
      const lost = verdictsOf(letter).find(
        (key) => failed.has(key) && !before.get(letter.id)?.has(key),
      );
      if (lost !== undefined && !deadLettered.has(letter.id))
        yield `${letter.id} was deleted, and is not kept although ${lost} had failed`;
    }
  },
};

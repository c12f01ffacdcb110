import type { Letter, Step } from '../chronicle.ts';
import { type Oracle, verdictKey } from './oracle.ts';

/**
 * Notes messages at their last receive. If a fault strikes just then, or the visibility timeout is too short, the queue
 * itself moves them to the dead-letter queue, and no outcome can be published.
 */
const cutOff = (excused: Set<string>, step: Step, maxReceives: number): void => {
  if (step.kind === 'begun') {
    for (const [id, receives] of step.invocation.receives)
      if (receives >= maxReceives) excused.add(id);
  } else if (step.kind === 'ended') {
    const { ended, faults, conflicts, receives } = step.invocation;
    if (ended === 'returned' && faults + conflicts === 0)
      for (const [id, count] of receives) if (count >= maxReceives) excused.delete(id);
  }
};

/** P1: every accepted job has its outcome on the bus before its message leaves the queue. */
export const nothingLost: Oracle = {
  promise: 'P1 nothing lost',
  *check({ steps, isDrained, climate }) {
    const published = new Set<string>();
    const messages = new Map<string, Letter>();
    const excused = new Set<string>();
    for (const step of steps) {
      cutOff(excused, step, climate.maxReceives);
      if (step.kind === 'published') {
        published.add(verdictKey(step.result.intent_id, step.result.job_id));
      } else if (step.kind === 'queued' && step.letter.intent) {
        const { intentId, jobs } = step.letter.intent;
        for (const id of jobs.keys()) messages.set(verdictKey(intentId, id), step.letter);
      } else if (
        step.kind === 'deleted' ||
        (step.kind === 'redriven' && !excused.has(step.letter.id))
      ) {
        const { id: message, intent } = step.letter;
        for (const id of intent?.jobs.keys() ?? []) {
          const key = verdictKey(intent?.intentId ?? '', id);
          if (!published.has(key))
            yield `${message} was ${step.kind} before ${key} had its outcome on the bus`;
        }
      }
    }
    if (!isDrained) yield 'the queue never drained';
    for (const step of steps) {
      if (step.kind !== 'accepted') continue;
      for (const id of step.wish.jobs.keys()) {
        const key = verdictKey(step.intentId, id);
        const letter = messages.get(key);
        if (letter === undefined) yield `${key} was accepted and is in no message`;
        else if (!published.has(key) && !excused.has(letter.id))
          yield `${key} was accepted and has no outcome`;
      }
    }
  },
};

import type { Oracle } from './oracle.ts';

/**
 * P8: an unreadable message goes to the dead-letter queue at once, byte for byte, with a reason. A readable one goes there
 * only if a job in it failed.
 */
export const unreadableKept: Oracle = {
  promise: 'P8 unreadable input is kept',
  *check({ steps }) {
    const kept = new Set<string>();
    const published = new Map<string, string>();
    for (const step of steps) {
      if (step.kind === 'published') {
        const { intent_id, job_id, outcome } = step.result;
        published.set(`${intent_id}/${job_id}`, outcome);
      } else if (step.kind === 'dead-lettered') {
        const { letter, body, reason } = step;
        if (body !== letter.body) yield `${letter.id} was dead-lettered as ${JSON.stringify(body)}`;
        if (reason === '') yield `${letter.id} was dead-lettered without a reason`;
        kept.add(letter.id);
        if (letter.intent === undefined) continue;
        const outcomes = Array.from(letter.intent.jobs.keys(), (id) =>
          published.get(`${letter.intent?.intentId}/${id}`),
        );
        if (outcomes.includes(undefined))
          yield `${letter.id} can be read, and was dead-lettered before it was settled`;
        else if (!outcomes.includes('failed'))
          yield `${letter.id} was dead-lettered, and nothing in it had failed`;
      } else if (step.kind === 'redriven') {
        kept.add(step.letter.id);
      } else if (step.kind === 'taken up') {
        kept.delete(step.letter.id);
      } else if (step.kind === 'ended') {
        const { invocation, staying } = step;
        if (invocation.ended !== 'returned' || invocation.faults > 0) continue;
        for (const { id, intent } of invocation.letters)
          if (intent === undefined && (!kept.has(id) || staying.includes(id)))
            yield `${id} cannot be read, and was not put away by the first that had it`;
      } else if (
        step.kind === 'deleted' &&
        step.letter.intent === undefined &&
        !kept.has(step.letter.id)
      ) {
        yield `${step.letter.id} cannot be read, and is gone`;
      }
    }
  },
};

import type { Letter } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

/** What is wrong with a dead letter that can be read. */
function* wronglyPut({ id }: Letter, outcomes: readonly (string | undefined)[]): Iterable<string> {
  if (outcomes.includes(undefined))
    yield `${id} can be read, and was dead-lettered before it was settled`;
  else if (!outcomes.includes('failed'))
    yield `${id} was dead-lettered, and nothing in it had failed`;
}

/**
 * P8: an unreadable message goes to the dead-letter queue at once, byte for byte, with a reason. A readable one goes there
 * only if a job in it failed.
 */
export const unreadableKept: Oracle = {
  promise: 'P8 unreadable input is kept',
  *check({ steps }) {
    const kept = new Set<string>();
    // It may be taken up again before the invocation that put it away has ended.
    const putAway = new Set<string>();
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
        putAway.add(`${step.invocation.n} ${letter.id}`);
        if (letter.intent === undefined) continue;
        const outcomes = Array.from(letter.intent.jobs.keys(), (id) =>
          published.get(`${letter.intent?.intentId}/${id}`),
        );
        yield* wronglyPut(letter, outcomes);
      } else if (step.kind === 'redriven') {
        kept.add(step.letter.id);
      } else if (step.kind === 'taken up') {
        kept.delete(step.letter.id);
      } else if (step.kind === 'ended') {
        const { invocation, staying } = step;
        if (invocation.ended !== 'returned' || invocation.faults > 0) continue;
        const isKept = (id: string) => kept.has(id) || putAway.has(`${invocation.n} ${id}`);
        for (const { id, intent } of invocation.letters)
          if (intent === undefined && (!isKept(id) || staying.includes(id)))
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

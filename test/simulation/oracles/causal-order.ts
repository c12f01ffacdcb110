import type { Known } from '../ages.ts';
import { jobKey } from '../chronicle.ts';
import { intentsIn, type Oracle } from './oracle.ts';

/** The most by which the clocks of accepting processes differ. */
const CLOCKS_MS = 100;

/** Whether its age is its acceptance. A late event is older; a run that follows a later stop is as new as that stop. */
const isOrdered = ({ request, age, id }: Known): boolean =>
  request.wishedAt === undefined && (age === id || !age.includes('~'));

/** Whether an intent was accepted after another was answered, by more than clocks differ. */
const isAfter = (later: Known, earlier: Known): boolean =>
  earlier.answeredAt !== undefined &&
  later.request.beganAt > earlier.answeredAt + CLOCKS_MS &&
  isOrdered(later) &&
  isOrdered(earlier);

/** P3: an intent that was accepted after another was answered never loses to it, whatever way either came in. */
export const causalOrder: Oracle = {
  promise: 'P3 in causal order',
  *check({ steps, intents }) {
    const byAge = new Map(intents.map((one) => [one.age, one]));
    const rivals = new Map<string, Set<string>>();
    for (const step of steps) {
      if (step.kind === 'published' && step.result.outcome === 'superseded') {
        const loser = byAge.get(step.result.intent_id);
        const winner = byAge.get(step.result.superseded_by ?? '');
        if (loser && winner && isAfter(loser, winner))
          yield `${loser.age} lost ${step.result.job_id} to ${winner.age}, which had been answered before it came`;
      }
      if (step.kind !== 'begun') continue;
      for (const { intentId, operation, project, jobs } of intentsIn(step.invocation))
        for (const id of jobs.keys()) {
          const job = jobKey(operation, project, id);
          rivals.set(job, (rivals.get(job) ?? new Set()).add(intentId));
        }
    }
    for (const [job, ages] of rivals) {
      const known = [...ages].flatMap((age) => byAge.get(age) ?? []);
      for (const earlier of known)
        for (const later of known)
          if (isAfter(later, earlier) && later.age < earlier.age)
            yield `${later.age} counts as older than ${earlier.age} for ${job}, which had been answered before it came`;
    }
  },
};

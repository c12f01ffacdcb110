import type { Outcome } from '../../../shared/core/outcome.ts';
import type { Ask, Call, Invocation, Options, Step } from '../chronicle.ts';
import type { History } from '../simulate.ts';

/** A promise and a test of it: yields a sentence for each time that a history breaks it. */
export interface Oracle {
  readonly promise: string;
  readonly check: (history: History) => Iterable<string>;
}

export const sameOptions = (a: Options, b: Options): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};

/** The asks of a batch, those of the messages that can be read. */
export const asksOf = ({ letters }: Invocation): readonly Ask[] =>
  letters.flatMap(({ ask }) => ask ?? []);

/** Who, in the batch that a call was made for, asked for just this: the operation on the job, with these options. */
export const askersOf = (call: Call, place: number): readonly Ask[] => {
  const job = call.jobs[place];
  return asksOf(call.invocation).filter((ask) => {
    const own = job && ask.jobs.get(job.id);
    return (
      own !== undefined &&
      ask.operation === call.operation &&
      ask.project === call.project &&
      sameOptions(ask.options, call.options) &&
      sameOptions(own, job?.options ?? {})
    );
  });
};

/** One verdict: an intent and a job. */
export const verdictKey = (intentId: string, job: string): string => `${intentId}/${job}`;

/** The places of a call whose job is this. */
export const placesOf = (call: Call, id: string): readonly number[] =>
  call.jobs.flatMap((job, i) => (job.id === id ? [i] : []));

export interface Told {
  readonly outcome: Outcome;
  /** When it was first told. */
  readonly at: number;
}

/** The outcome of each intent for each job. */
export const outcomesIn = (steps: readonly Step[]): ReadonlyMap<string, Told> => {
  const told = new Map<string, Told>();
  for (const step of steps) {
    if (step.kind !== 'published') continue;
    const { intent_id, job_id, outcome } = step.result;
    const key = verdictKey(intent_id, job_id);
    if (!told.has(key)) told.set(key, { outcome, at: step.at });
  }
  return told;
};

const BY_CALL: readonly Outcome[] = ['delivered', 'rejected'];

/** Those askers that a call was for. Others may lie in its batch that had their outcome before, or from elsewhere. */
export const servedBy = (
  call: Call,
  place: number,
  outcomes: ReadonlyMap<string, Told>,
): readonly Ask[] => {
  const askers = askersOf(call, place);
  const job = call.jobs[place]?.id ?? '';
  const served = askers.filter(({ intentId }) => {
    const told = outcomes.get(verdictKey(intentId, job));
    return told === undefined || (BY_CALL.includes(told.outcome) && told.at > call.sentAt);
  });
  return served.length > 0 ? served : askers;
};

/** The newest intent that a call was for. */
export const newestServed = (
  call: Call,
  place: number,
  outcomes: ReadonlyMap<string, Told>,
): string => servedBy(call, place, outcomes).reduce((a, { intentId: b }) => (a > b ? a : b), '');

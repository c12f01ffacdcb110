import type { Call, Invocation, Options, QueuedIntent } from '../chronicle.ts';
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
export const intentsIn = ({ letters }: Invocation): readonly QueuedIntent[] =>
  letters.flatMap(({ intent }) => intent ?? []);

/** Who, in the batch that a call was made for, asked for just this: the operation on the job, with these options. */
export const intentsBehind = (call: Call, place: number): readonly QueuedIntent[] => {
  const job = call.jobs[place];
  return intentsIn(call.invocation).filter((intent) => {
    const own = job && intent.jobs.get(job.id);
    return (
      own !== undefined &&
      intent.operation === call.operation &&
      intent.project === call.project &&
      sameOptions(intent.options, call.options) &&
      sameOptions(own, job?.options ?? {})
    );
  });
};

/** One verdict: an intent and a job. */
export const verdictKey = (intentId: string, job: string): string => `${intentId}/${job}`;

/** The places of a call whose job is this. */
export const placesOf = (call: Call, id: string): readonly number[] =>
  call.jobs.flatMap((job, i) => (job.id === id ? [i] : []));

/** The intents that asked for just this: the call was for at least one of them. */
export const idsBehind = (call: Call, place: number): readonly string[] =>
  intentsBehind(call, place).map(({ intentId }) => intentId);

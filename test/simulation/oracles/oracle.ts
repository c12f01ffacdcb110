import type { Call, Invocation, Options, QueuedIntent } from '../chronicle.ts';
import type { History } from '../simulate.ts';

/** A promise and its check, which yields a sentence for each violation in a history. */
export interface Oracle {
  readonly promise: string;
  readonly check: (history: History) => Iterable<string>;
}

export const sameOptions = (a: Options, b: Options): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};

/** The intents of the readable messages in a batch. */
export const intentsIn = ({ letters }: Invocation): readonly QueuedIntent[] =>
  letters.flatMap(({ intent }) => intent ?? []);

/** The intents in the call's batch that wish just this: the operation on this job, with these options. */
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

/** Names the verdict on an intent and a job. */
export const verdictKey = (intentId: string, job: string): string => `${intentId}/${job}`;

/** The places of a job in a call. */
export const placesOf = (call: Call, id: string): readonly number[] =>
  call.jobs.flatMap((job, i) => (job.id === id ? [i] : []));

/** The ids of those intents. The call was made for at least one of them. */
export const idsBehind = (call: Call, place: number): readonly string[] =>
  intentsBehind(call, place).map(({ intentId }) => intentId);

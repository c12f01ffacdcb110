import { type Age, following, justAfter, justBefore, unknownAge } from '../intent/age.ts';
import { operationOf } from '../intent/intent.ts';
import { ageOf, type Queued } from '../intent/plan.ts';
import { isOfOneKind } from '../intent/sequence.ts';
import { type Job, type JobId, jobIdOf } from '../operations/operation.ts';
import { jobKeyOf, type Sender } from './job-record.ts';

export const jobKeyIn = ({ intent }: Queued, job: JobId): string =>
  jobKeyOf(operationOf(intent).service, intent.project_id, job);

/** Cuts an intent by the ages of its jobs. An intent with one age stays whole. */
const cutBy = <From>(
  queued: Queued<From>,
  ageFor: (job: JobId) => Age | undefined,
  withAge: (some: Queued<From>, age: Age | undefined) => Queued<From>,
): readonly Queued<From>[] =>
  Array.from(
    Map.groupBy(queued.intent.jobs, (job: Job) => ageFor(jobIdOf(job))),
    ([age, jobs]) => withAge({ ...queued, intent: { ...queued.intent, jobs } }, age),
  );

/** One wish of a sender for one job. */
interface SequencedWish<From = unknown> {
  readonly queued: Queued<From>;
  readonly sequence: string;
}

const bySequence = (a: SequencedWish, b: SequencedWish): number => {
  const [left, right] =
    a.sequence === b.sequence ? [ageOf(a.queued), ageOf(b.queued)] : [a.sequence, b.sequence];
  return left > right ? -1 : 1;
};

/** The ages of one sender's wishes for one job, by its own order. A wish that the ledger knows keeps its age. */
const agesOf = <From>(
  wishes: readonly SequencedWish<From>[],
  known: Sender | undefined,
): ReadonlyMap<Queued<From>, Age> => {
  const ages = new Map<Queued<From>, Age>();
  const last = known && isOfOneKind(known.sequence, wishes[0]?.sequence ?? '') ? known : undefined;
  // From the newest wish to the oldest: each has to be older than `floor`, the age of the wish before.
  let floor: Age | undefined;
  for (const { queued, sequence } of wishes.toSorted(bySequence)) {
    const { intent_id: id } = queued.intent;
    let age = ageOf(queued);
    // An intent that comes again keeps the age that its sender's order gave it before.
    if (last?.intent === id) age = last.age;
    else if (last !== undefined && sequence > last.sequence && age <= last.age)
      age = justAfter(last.age, sequence, id);
    if (last !== undefined && sequence < last.sequence)
      floor = floor !== undefined && floor < last.age ? floor : last.age;
    if (floor !== undefined && age >= floor) age = justBefore(floor, sequence, id);
    ages.set(queued, age);
    floor = age;
  }
  return ages;
};

/**
 * Ages of wishes whose senders gave them an order of their own. Laws: of one sender's wishes for one job, the lower sequence
 * is the older, whatever their ids. No other sender's wish changes its place. `known`: the last by that order that the ledger
 * knows, by job and sender.
 */
export const rankBySequence = <From>(
  queued: readonly Queued<From>[],
  known: (jobKey: string, caller: string) => Sender | undefined,
): readonly Queued<From>[] => {
  const wishes = new Map<string, Map<string, SequencedWish<From>[]>>();
  for (const one of queued) {
    const { sequence, caller, jobs } = one.intent;
    if (sequence === undefined) continue;
    const sender = `${sequence[0]}${caller}`;
    for (const job of jobs) {
      const key = jobKeyIn(one, jobIdOf(job));
      const ofJob = wishes.get(key) ?? new Map<string, SequencedWish<From>[]>();
      wishes.set(key, ofJob);
      ofJob.set(sender, [...(ofJob.get(sender) ?? []), { queued: one, sequence }]);
    }
  }
  const ages = new Map<string, ReadonlyMap<Queued<From>, Age>>();
  for (const [key, ofJob] of wishes) {
    const all = [...ofJob.values()].flatMap((some) => {
      const caller = some[0]?.queued.intent.caller ?? '';
      return [...agesOf(some, known(key, caller))];
    });
    ages.set(key, new Map(all));
  }
  return queued.flatMap((one) =>
    one.intent.sequence === undefined
      ? [one]
      : cutBy(
          one,
          (job) => ages.get(jobKeyIn(one, job))?.get(one),
          (some, age) => ({ ...some, age }),
        ),
  );
};

/** The names that a run may give to the intent that it is to follow. */
export const followedBy = ({ after, after_name }: Queued['intent']): readonly string[] =>
  [after, after_name].filter((name) => name !== undefined);

/**
 * Runs with the age of the stop that each is to follow, as {@link Queued} has it. Law: a run is newer than its stop. A run
 * whose stop is not known yet follows an age above all others, and so waits. `ageFor`: the age of the intent of that name.
 */
export const rankByName = <From>(
  queued: readonly Queued<From>[],
  ageFor: (queued: Queued<From>, name: string, job: JobId) => Age | undefined,
): readonly Queued<From>[] =>
  queued.flatMap((one) => {
    const [name] = followedBy(one.intent);
    if (name === undefined) return [one];
    return cutBy(
      one,
      (job) => ageFor(one, name, job) ?? unknownAge(name),
      (some, after = unknownAge(name)) => {
        const isKnown = after !== unknownAge(name);
        const age =
          isKnown && after >= ageOf(some) ? following(after, some.intent.intent_id) : some.age;
        return { ...some, age, intent: { ...some.intent, after } };
      },
    );
  });

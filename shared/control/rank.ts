import { type Age, CLOCK_DIFFERENCE_MS } from '../intent/age.ts';
import { type IntentId, operationOf, timeOf } from '../intent/intent.ts';
import { ageOf } from '../intent/plan.ts';
import type { Log } from '../json/log.ts';
import {
  type Named,
  type NameRecord,
  namedFor,
  nameKeyOf,
  withNamed,
} from '../ledger/name-record.ts';
import { followedBy, jobKeyIn, rankByName, rankBySequence } from '../ledger/rank-ages.ts';
import { type LedgerAnswer, type Records, versionIn } from '../ledger/records.ts';
import { operations } from '../operations/index.ts';
import { type JobId, jobIdOf } from '../operations/operation.ts';
import type { OpenIntent } from './open-intent.ts';
import { type Queued, wishOf } from './planned.ts';

/** Wishes with their ages. A plan orders them by these. */
export interface Ranked {
  readonly queued: readonly Queued[];
  /** Those of which the ledger cannot tell now. */
  readonly left: readonly Queued[];
  /** The versions of jobs' records that an age rests on. If one has changed since, the age may be wrong. */
  readonly seen: ReadonlyMap<string, string | undefined>;
}

const FOLLOWED = new Set(operations.flatMap(({ restart }) => restart?.after ?? []));

const keyFor = ({ intent }: Queued, name: string): string =>
  nameKeyOf(operationOf(intent).service, intent.project_id, name);

/** How often a record of names is written anew that other invocations write too. */
const ROUNDS = 5;

/**
 * Tells how old each wish is, by its sender's own order and by what it is to follow, before anything is planned. Law: a
 * stop goes on only when the ledger has it under every name that a run may use for it. What the ledger cannot tell of is
 * `left`, and comes back.
 */
export const rank = async (
  records: Records,
  openIntents: readonly OpenIntent[],
): Promise<Ranked> => {
  const wishes = openIntents.map(wishOf);
  // Also stops that are over: a delivery that comes late may have told its sender a name of its own.
  const { settled, ...bySequence } = await sequenced(records, wishes, openIntents.map(settledOf));
  const stops = [...bySequence.queued, ...settled].flatMap((one) =>
    stopNamesOf(one).map((name): NamedStop => [keyFor(one, name), one]),
  );
  const keysOf = (one: Queued) => followedBy(one.intent).map((name) => keyFor(one, name));
  const keys = [...stops.map(([key]) => key), ...bySequence.queued.flatMap(keysOf)];
  const names = await namesNow(records, keys, stops);
  const untold = new Set(stops.flatMap(([key, one]) => (names.has(key) ? [] : [one])));
  const whole = bySequence.queued.filter(
    (one) => !untold.has(one) && keysOf(one).every((key) => names.has(key)),
  );
  const kept = new Set(whole);
  const left = [...new Set([...untold, ...bySequence.queued])].filter((one) => !kept.has(one));
  return {
    ...bySequence,
    left: [...bySequence.left, ...left],
    queued: rankByName(whole, (one, name, job) => ageFor(names, one, name, job)),
  };
};

/** A stop, and the key of a name that it goes by. */
type NamedStop = readonly [key: string, stop: Queued];

/**
 * The records of names, after the stops of this batch were written into them. Names are left out of which the ledger does
 * not tell.
 */
const namesNow = async (
  records: Records,
  keys: readonly string[],
  stops: readonly NamedStop[],
): Promise<ReadonlyMap<string, NameRecord>> => {
  const stopsOf = Map.groupBy(stops, ([key]) => key);
  const stored = await records.names.read(keys);
  const names = await Promise.all(
    [...new Set(keys)].map(async (key) => {
      const more = stopsOf.get(key)?.map(([, one]) => nameOf(one)) ?? [];
      const record = await writeStops(records, key, stored(key), more);
      return record === undefined ? [] : [[key, record] as const];
    }),
  );
  return new Map(names.flat());
};

/** The wish for the jobs of an open intent that have their verdict. */
const settledOf = (from: OpenIntent): Queued => ({
  from,
  intent: { ...from.intent, jobs: from.intent.jobs.filter((_, i) => !from.record.isOpen(i)) },
  age: from.age,
});

const nameOf = (one: Queued): Named => ({
  intent: one.intent.intent_id,
  age: ageOf(one),
  jobs: one.intent.jobs.map(jobIdOf),
});

/** How a run may name a stop, but for an id that tells its age. */
const stopNamesOf = (one: Queued): readonly string[] =>
  FOLLOWED.has(one.intent.operation) && one.intent.jobs.length > 0
    ? [...one.from.names].filter((name) => name !== ageOf(one))
    : [];

/** Whether an id is younger than the message that names it. Then the clock that made the id was ahead. */
const isAhead = (after: IntentId, arrived: Age): boolean =>
  timeOf(after) - timeOf(arrived) > CLOCK_DIFFERENCE_MS;

/**
 * The age of the intent that goes by a name, by the name's record. A name without a record is an id, which tells the age
 * itself. But if the clock that made it was ahead, only a record will tell.
 */
const ageFor = (
  names: ReadonlyMap<string, NameRecord>,
  one: Queued,
  name: string,
  job: JobId,
): Age | undefined => {
  const named = namedFor(names.get(keyFor(one, name)) ?? [], job);
  const { after } = one.intent;
  return named?.age ?? (after === undefined || isAhead(after, one.from.age) ? undefined : after);
};

/** Writes stops into the record of a name. Resolves to that record, or to undefined if it is not known to be there. */
const writeStops = async (
  records: Records,
  key: string,
  first: LedgerAnswer<NameRecord>,
  named: readonly Named[],
): Promise<NameRecord | undefined> => {
  let answer = first;
  for (let round = 0; round < ROUNDS; round++) {
    if (answer.kind === 'unreachable' || answer.kind === 'foreign') return undefined;
    const stops = answer.kind === 'found' ? answer.record : [];
    const more = withNamed(stops, named);
    if (more === undefined) return stops;
    const [written] = await records.names.write(key, more, versionIn(answer));
    if (written === 'written') return more;
    if (written === 'unknown') return undefined;
    answer = (await records.names.read([key]))(key);
  }
  return undefined;
};

/** Orders wishes by their senders' own order. Reads which was served last, for the jobs of wishes that have one. */
const sequenced = async (
  records: Records,
  queued: readonly Queued[],
  settled: readonly Queued[],
): Promise<Ranked & { readonly settled: readonly Queued[] }> => {
  const own = [...queued, ...settled].filter(
    ({ intent }) => intent.sequence !== undefined && intent.jobs.length > 0,
  );
  const keys = own.flatMap((one) => one.intent.jobs.map((job) => jobKeyIn(one, jobIdOf(job))));
  const jobAt = await records.jobs.read(keys);
  if (keys.some((key) => jobAt(key).kind === 'unreachable')) {
    const others = (some: readonly Queued[]) => some.filter((one) => !own.includes(one));
    return { queued: others(queued), settled: others(settled), left: own, seen: new Map() };
  }
  const lastOf = (key: string, caller: string) => {
    const job = jobAt(key);
    return job.kind === 'found'
      ? job.record.senders?.find((sender) => sender.caller === caller)
      : undefined;
  };
  return {
    queued: rankBySequence(queued, lastOf),
    settled: rankBySequence(settled, lastOf),
    left: [],
    seen: new Map(keys.map((key) => [key, versionIn(jobAt(key))])),
  };
};

/** Warns if a clock that is ahead makes wishes stale. `now` is in milliseconds since 1970. */
export const warnOfFuture = (
  log: Log,
  superseding: readonly (IntentId | undefined)[],
  now: number,
): void => {
  const ahead = superseding.filter(
    (id) => id !== undefined && timeOf(id) - now > CLOCK_DIFFERENCE_MS,
  );
  if (ahead.length > 0)
    log.warn('superseded by an intent of the future', {
      jobs: ahead.length,
      intents: [...new Set(ahead)].slice(0, 10),
      advice: 'set the clock of each machine that accepts intents',
    });
};

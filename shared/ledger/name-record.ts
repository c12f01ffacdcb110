import * as v from 'valibot';
import type { Age } from '../intent/age.ts';
import type { IntentId } from '../intent/intent.ts';
import type { JobId, ProjectId, Service } from '../operations/operation.ts';
import { readRecord } from './read-record.ts';

/** One stop that goes by a name, for some of its jobs. */
export interface Named {
  readonly intent: IntentId;
  readonly age: Age;
  readonly jobs: readonly JobId[];
}

/** The stops that go by one name, the newest first. Several senders may use one correlation id, each for its own jobs. */
export type NameRecord = readonly Named[];

/** `name` is an event's id, a correlation id, or the id of an intent whose age is not the one in its id. */
export const nameKeyOf = (service: Service, project: ProjectId, name: string): string =>
  `name/${service}/${project}/${name}`;

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  stops: v.array(
    v.object({
      intent: v.custom<IntentId>((id) => typeof id === 'string'),
      age: v.custom<Age>((age) => typeof age === 'string'),
      jobs: v.array(v.custom<JobId>((id) => typeof id === 'string')),
    }),
  ),
});

export const writeNames = (stops: NameRecord): string => JSON.stringify({ v: VERSION, stops });

/** Undefined if this release does not know the version of the text. */
export const readNames = (text: string): NameRecord | undefined => readRecord(schema, text)?.stops;

/** The newest stop of that name for a job. */
export const namedFor = (stops: NameRecord, job: JobId): Named | undefined =>
  stops.find(({ jobs }) => jobs.includes(job));

const byAge = (a: Named, b: Named): number => (a.age > b.age ? -1 : a.age < b.age ? 1 : 0);

/** A stop has the least age that any of its entries tells. Its sender's own order may become known later. */
const withLeastAge = (stops: NameRecord, more: readonly Named[]): NameRecord =>
  stops.map((stop) => {
    const ages = more.filter(({ intent }) => intent === stop.intent).map(({ age }) => age);
    const least = ages.toSorted()[0];
    return least !== undefined && least < stop.age ? { ...stop, age: least } : stop;
  });

/** Characters of JSON, all of them ASCII. A DynamoDB item holds 400 KB. A stop of 10,000 jobs of 19 digits takes 220 KB. */
const MOST_CHARACTERS = 256 * 1024;

/** Keeps each job in its newest stop alone, and as many of the newest stops as fit. */
const whatFits = (newestFirst: readonly Named[]): NameRecord => {
  const met = new Set<JobId>();
  let room = MOST_CHARACTERS;
  return newestFirst.flatMap((stop) => {
    room -= JSON.stringify({ ...stop, jobs: [] }).length;
    const jobs = stop.jobs.filter((job) => {
      if (met.has(job)) return false;
      room -= JSON.stringify(job).length + 1;
      if (room < 0) return false;
      met.add(job);
      return true;
    });
    return jobs.length === 0 ? [] : [{ ...stop, jobs }];
  });
};

/**
 * Adds stops to a record. Laws: a stop has the least age that it was ever added with; each job is in its newest stop alone;
 * the newest stops are kept, as many as fit a DynamoDB item. Undefined: the record has them all.
 */
export const withNamed = (before: NameRecord, more: readonly Named[]): NameRecord | undefined => {
  const stops = withLeastAge(before, more);
  const isOlder = stops.some((stop, i) => stop !== before[i]);
  const known = new Map(stops.map((stop) => [stop.intent, new Set<JobId>()]));
  for (const { intent, jobs } of stops) for (const job of jobs) known.get(intent)?.add(job);
  const news = more.flatMap(({ intent, age, jobs }) => {
    const fresh = jobs.filter((job) => known.get(intent)?.has(job) !== true);
    return fresh.length === 0 ? [] : [{ intent, age, jobs: fresh }];
  });
  if (news.length === 0 && !isOlder) return undefined;
  const after = whatFits(joined([...stops, ...news].toSorted(byAge)));
  return writeNames(after) === writeNames(before) ? undefined : after;
};

/** Joins the entries of each stop. */
const joined = (stops: readonly Named[]): readonly Named[] =>
  Array.from(Map.groupBy(stops, ({ intent, age }) => `${intent} ${age}`).values(), (entries) =>
    entries.reduce((first, { jobs }) => ({
      intent: first.intent,
      age: first.age,
      jobs: first.jobs.concat(jobs),
    })),
  );

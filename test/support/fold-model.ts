import type { Plan, Queued } from '../../shared/intent/plan.ts';
import { type Job, jobIdOf } from '../../shared/operations/operation.ts';
import { isRestart as makeRestart } from './fixtures.ts';

/** One job of one message, and what became of it. */
export interface Place {
  readonly who: string;
  readonly job: string;
  readonly where: string;
}

interface Wished {
  readonly wishedBy: Queued;
  readonly job: Job;
}

const whoOf = ({ from, intent }: Queued): string => `${from} ${intent.intent_id}`;
const scopeOf = ({ intent }: Queued, job: Job): string =>
  `${intent.operation.slice(0, 3)} ${intent.project_id} ${jobIdOf(job)}`;
const askOf = ({ wishedBy: { intent }, job }: Wished): string =>
  JSON.stringify([
    intent.operation,
    intent.options,
    typeof job === 'string' ? { job_id: job } : job,
  ]);
const isRestart = (older: Wished, newer: Wished): boolean =>
  makeRestart(older.wishedBy.intent.operation, newer.wishedBy.intent.operation);

/**
 * The fold, said as a rule and not as a walk: a wish is superseded by the first newer wish for the same job that asks
 * for something else, unless it is a stop and that is a run; else it expires if it is time; else it is alive. Where a
 * stop and a run are alive the run waits.
 */
export const foldModel = (queued: readonly Queued[], now: string): readonly Place[] => {
  const wishes = queued.flatMap((wishedBy) =>
    wishedBy.intent.jobs.map((job) => ({ wishedBy, job })),
  );
  return [...Map.groupBy(wishes, ({ wishedBy, job }) => scopeOf(wishedBy, job)).values()].flatMap(
    (all) => {
      const ageOf = ({ wishedBy }: Wished) => wishedBy.intent.intent_id;
      const sorted = all.toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
      const supersederOf = (old: Wished) =>
        sorted.find(
          (by) => ageOf(by) > ageOf(old) && askOf(by) !== askOf(old) && !isRestart(old, by),
        );
      const isExpired = ({ wishedBy: { intent } }: Wished) =>
        intent.expires_at !== undefined && intent.expires_at <= now;
      const alive = sorted.filter((wish) => !supersederOf(wish) && !isExpired(wish));
      const whereOf = (wish: Wished): string => {
        const by = supersederOf(wish);
        if (by) return `superseded by ${ageOf(by)}`;
        if (isExpired(wish)) return 'expired';
        return alive.some((other) => isRestart(other, wish)) ? 'waits' : `called ${askOf(wish)}`;
      };
      return sorted.map((wish) => ({
        who: whoOf(wish.wishedBy),
        job: scopeOf(wish.wishedBy, wish.job),
        where: whereOf(wish),
      }));
    },
  );
};

/** A plan in the model's words. */
export const placesOf = ({ calls, waiting, settled }: Plan): readonly Place[] => [
  ...calls.flatMap(({ operation, options, carriers }) =>
    carriers.flatMap(({ job, wishedBy }) =>
      wishedBy.map((wishedBy) => ({
        who: whoOf(wishedBy),
        job: scopeOf(wishedBy, job),
        where: `called ${JSON.stringify([operation.name, options, typeof job === 'string' ? { job_id: job } : job])}`,
      })),
    ),
  ),
  ...waiting.flatMap(({ job, wishedBy }) =>
    wishedBy.map((wishedBy) => ({
      who: whoOf(wishedBy),
      job: scopeOf(wishedBy, job),
      where: 'waits',
    })),
  ),
  ...settled.map(({ wishedBy, job_id, outcome, superseded_by }) => ({
    who: whoOf(wishedBy),
    job: scopeOf(wishedBy, job_id),
    where: outcome === 'superseded' ? `superseded by ${superseded_by}` : outcome,
  })),
];

/** In one order, so that two lists can be compared. */
export const sorted = (places: readonly Place[]): readonly Place[] =>
  places.toSorted((a, b) => {
    const [left, right] = [`${a.who} ${a.job}`, `${b.who} ${b.job}`];
    return left < right ? -1 : left > right ? 1 : 0;
  });

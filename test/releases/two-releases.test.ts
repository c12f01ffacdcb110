import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, PROJECT } from '../support/messages.ts';
import { type Release, startReleases } from './two-releases.ts';

const MOST_INVOCATIONS = 200;
const MOST_DEATHS = 20;

interface Asked {
  readonly age: number;
  readonly operation: 'dli.run' | 'dli.stop';
  readonly jobs: readonly string[];
  readonly after?: number;
}

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 12 }).map(String), {
  minLength: 1,
  maxLength: 5,
});

/** Runs of some jobs, and restarts of others: no job is in two of them, so that each has to happen once. */
const asked = fc
  .array(fc.tuple(fc.constantFrom('run', 'restart'), ids), { minLength: 1, maxLength: 4 })
  .map((wishes) => {
    let age = 0;
    return wishes.flatMap(([kind, jobs], i): readonly Asked[] => {
      const own = jobs.map((job) => `${i + 1}0${job}`);
      const first = ++age;
      return kind === 'run'
        ? [{ age: first, operation: 'dli.run', jobs: own }]
        : [
            { age: first, operation: 'dli.stop', jobs: own },
            { age: ++age, operation: 'dli.run', jobs: own, after: first },
          ];
    });
  });

const turns = fc.infiniteStream(
  fc.tuple(
    fc.constantFrom<Release>('old', 'new'),
    fc.oneof({ weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) }, fc.nat(12)),
  ),
);

/** Odd intents are written as today's ways in write them, even ones as those of release 0.1 did. */
const written = (wish: Asked): string => {
  const body: object = JSON.parse(bodyOf(wish));
  const place = { first: 0, job_count: wish.jobs.length };
  return JSON.stringify(wish.age % 2 === 0 ? body : { ...body, ...place });
};

const play = async (all: readonly Asked[], turn: Iterator<readonly [Release, number]>) => {
  const releases = await startReleases();
  const { upstream, queue, invoke } = releases;
  const restarted = all.filter(({ operation }) => operation === 'dli.stop');
  for (const job of restarted.flatMap(({ jobs }) => jobs))
    upstream.putJobs({ dli: { [`${PROJECT}/${job}`]: { status: 'job_running' } } });
  // The queue gives each message twice.
  for (const body of all.map(written)) {
    queue.put(body);
    queue.put(body);
  }
  let deaths = 0;
  for (let i = 0; !queue.isEmpty() && i < MOST_INVOCATIONS; i++) {
    const [release, deathAfter] = turn.next().value;
    const lives = await invoke(release, i < MOST_DEATHS ? deathAfter : Number.POSITIVE_INFINITY);
    if (!lives) deaths++;
    queue.wait();
  }
  await upstream.stop();
  return { ...releases, deaths };
};

describe('the last release beside this one, over one queue and one ledger', () => {
  it('each job has one verdict, and each thing happens once, whichever of them dies', async () => {
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(asked, turns, async (all, stream) => {
        const { queue, results, deadLettered, upstream, ...played } = await play(all, stream);
        deaths += played.deaths;
        expect([queue.isEmpty(), deadLettered]).toEqual([true, []]);
        const verdicts = Map.groupBy(results, (one) => `${one.intent_id} ${one.job_id}`);
        expect(verdicts.size).toBe(all.reduce((sum, { jobs }) => sum + jobs.length, 0));
        for (const told of verdicts.values())
          expect(new Set(told.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
        for (const { operation, jobs, after } of all)
          for (const job of operation === 'dli.run' ? jobs : []) {
            const effects = upstream.effectsOf('dli', PROJECT, job).map(({ effect }) => effect);
            expect(effects).toEqual(after === undefined ? ['run'] : ['stop', 'run']);
          }
      }),
      { numRuns: 60 },
    );
    expect(deaths).toBeGreaterThan(10);
  });
});

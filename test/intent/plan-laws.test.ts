import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutCalls, partRepeats } from '../../shared/intent/cut-calls.ts';
import { type Call, type Carrier, planCalls, type Queued } from '../../shared/intent/plan.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { foldModel, placesOf, sorted } from '../support/fold-model.ts';
import { NOW, queuedAs } from '../support/messages.ts';
import { workload } from '../support/workloads.ts';

const plan = (queued: readonly Queued[], most = 100) => {
  const { calls, ...rest } = planCalls(queued, NOW);
  return { calls: cutCalls(calls, () => most), ...rest };
};

const groupOf = ({ operation, project_id, options }: Call): string =>
  JSON.stringify([operation.name, project_id, options]);

/** The jobs that are called for, by group. */
const groupsOf = (calls: readonly Call[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...Map.groupBy(calls, groupOf)].map(([group, all]) => [
      group,
      all.flatMap(({ carriers }) => carriers.map(({ job }) => JSON.stringify(job))).toSorted(),
    ]),
  );

const RUNS = { numRuns: 1_000 };

describe('each (message, intent, job) lands in exactly one place, and that is the right one', () => {
  it('for any batch, as the rule says', () => {
    fc.assert(
      fc.property(workload(), (queued) => {
        expect(sorted(placesOf(plan(queued)))).toEqual(sorted(foldModel(queued, NOW)));
      }),
      RUNS,
    );
  });

  it('a superseded wish gives way to a newer intent that is in the batch', () => {
    fc.assert(
      fc.property(workload(), (queued) => {
        const known = new Set(queued.map(({ intent }) => intent.intent_id));
        for (const { outcome, superseded_by, wishedBy } of plan(queued).settled) {
          if (outcome !== 'superseded') continue;
          expect(superseded_by && known.has(superseded_by)).toBe(true);
          expect(superseded_by && superseded_by > wishedBy.intent.intent_id).toBe(true);
        }
      }),
    );
  });
});

describe('fewest calls (P6)', () => {
  it('each group costs its distinct jobs divided by the most per call, rounded up', () => {
    fc.assert(
      fc.property(workload(20), fc.integer({ min: 1, max: 5 }), (queued, most) => {
        const { calls } = plan(queued, most);
        const needed = [...groupsOf(calls).values()].map((jobs) => Math.ceil(jobs.length / most));
        expect(calls.length).toBe(needed.reduce((sum, n) => sum + n, 0));
        for (const { carriers } of calls) {
          expect(carriers.length).toBeGreaterThan(0);
          expect(carriers.length).toBeLessThanOrEqual(most);
        }
      }),
      RUNS,
    );
  });

  it('no job is in two calls, nor twice in one', () => {
    fc.assert(
      fc.property(workload(20), fc.integer({ min: 1, max: 5 }), (queued, most) => {
        const jobs = plan(queued, most).calls.flatMap(({ operation, project_id, carriers }) =>
          carriers.map(({ job }) => `${operation.service} ${project_id} ${jobIdOf(job)}`),
        );
        expect(new Set(jobs).size).toBe(jobs.length);
      }),
    );
  });

  it('each operation has its own most', () => {
    fc.assert(
      fc.property(workload(20), (queued) => {
        const calls = cutCalls(planCalls(queued, NOW).calls, ({ name }) =>
          name === 'dli.run' ? 1 : 3,
        );
        for (const { operation, carriers } of calls)
          expect(carriers.length).toBeLessThanOrEqual(operation.name === 'dli.run' ? 1 : 3);
      }),
    );
  });

  it('ten thousand messages for one job cost one call, and no time to speak of', () => {
    const queued = Array.from({ length: 10_000 }, (_, i) => queuedAs(`m${i}`, { age: i }));
    expect(
      plan(queued).calls.map(({ carriers }) => carriers.map(({ wishedBy }) => wishedBy.length)),
    ).toEqual([[10_000]]);
  });
});

describe('flags are sacred (P5)', () => {
  it('the options of a call are those of everyone who asked, absent and false apart', () => {
    fc.assert(
      fc.property(workload(), (queued) => {
        for (const { operation, project_id, options, carriers } of plan(queued).calls)
          for (const { job, wishedBy } of carriers)
            for (const { intent } of wishedBy) {
              expect(Object.entries(intent.options)).toEqual(Object.entries(options));
              expect(intent.operation).toBe(operation.name);
              expect(intent.project_id).toBe(project_id);
              expect(intent.jobs).toContainEqual(job);
            }
      }),
    );
  });
});

describe('the order of arrival means nothing', () => {
  const shuffled = workload(16).chain((queued) =>
    fc.tuple(fc.constant(queued), fc.shuffledSubarray([...queued], { minLength: queued.length })),
  );

  it('for what becomes of each wish, nor for the jobs and the number of the calls', () => {
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 5 }), ([one, other], most) => {
        const [a, b] = [plan(one, most), plan(other, most)];
        expect(sorted(placesOf(b))).toEqual(sorted(placesOf(a)));
        expect(groupsOf(b.calls)).toEqual(groupsOf(a.calls));
        expect(b.calls.length).toBe(a.calls.length);
      }),
    );
  });

  it('and the batch that was handed in is left as it was', () => {
    fc.assert(
      fc.property(workload(), (queued) => {
        const before = structuredClone(queued);
        plan(queued);
        expect(queued).toEqual(before);
      }),
    );
  });
});

/** Among how many jobs a reason may be known to be. */
const sizes = fc.constantFrom(1, 4, 7, Number.POSITIVE_INFINITY);

const piecesOf = (
  jobs: readonly string[],
  suspects: (carrier: Carrier) => number | undefined,
): readonly number[] =>
  partRepeats(planCalls([queuedAs('part', { jobs })], NOW).calls, suspects)
    .map(({ carriers }) => carriers.length)
    .filter(Boolean);

describe('jobs whose last call was in vain are cut into pieces', () => {
  it('law: none is lost or called twice, none is called with others, and no piece is larger than a quarter', () => {
    fc.assert(
      fc.property(workload(), fc.nat(), fc.infiniteStream(sizes), (queued, salt, drawn) => {
        const { calls } = planCalls(queued, NOW);
        const repeats = new Map(
          calls
            .flatMap(({ carriers }) => carriers.filter((_, i) => (i + salt) % 3 === 0))
            .map((carrier) => [carrier, Number(drawn.next().value)] as const),
        );
        const parted = partRepeats(calls, (carrier) => repeats.get(carrier));
        expect(groupsOf(parted)).toEqual(groupsOf(calls));
        for (const call of parted) {
          const [first] = call.carriers;
          const suspects = first && repeats.get(first);
          for (const carrier of call.carriers) expect(repeats.get(carrier)).toBe(suspects);
          if (suspects === undefined) continue;
          const ofGroup = calls.filter((other) => groupOf(other) === groupOf(call));
          const alike = ofGroup
            .flatMap(({ carriers }) => carriers)
            .filter((carrier) => repeats.get(carrier) === suspects);
          const most = Math.ceil(Math.min(suspects, alike.length) / 4);
          expect(call.carriers.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('a hundred: four calls of twenty-five; and three: one each', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => String(i));
    expect(piecesOf(hundred, () => Number.POSITIVE_INFINITY)).toEqual([25, 25, 25, 25]);
    expect(piecesOf(hundred.slice(0, 3), () => Number.POSITIVE_INFINITY)).toEqual([1, 1, 1]);
    expect(piecesOf(hundred.slice(0, 5), () => Number.POSITIVE_INFINITY)).toEqual([2, 2, 1]);
  });

  it('where the reason is known to be one of a few, into quarters of those; the larger suspicion goes first', () => {
    const jobs = Array.from({ length: 20 }, (_, i) => String(i));
    expect(piecesOf(jobs, () => 8)).toEqual(Array(10).fill(2));
    expect(piecesOf(jobs, () => 1)).toEqual(Array(20).fill(1));
    const suspects = ({ job }: Carrier) =>
      Number(job) < 4 ? 4 : Number(job) < 12 ? 16 : undefined;
    expect(piecesOf(jobs, suspects)).toEqual([8, 2, 2, 2, 2, 1, 1, 1, 1]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Age, justAfter } from '../../shared/intent/age.ts';
import { ageOf, planCalls, type Queued } from '../../shared/intent/plan.ts';
import type { Sender } from '../../shared/ledger/job-record.ts';
import { withSenders } from '../../shared/ledger/job-record.ts';
import { rankByName, rankBySequence } from '../../shared/ledger/rank-ages.ts';
import { idAt, NOW, queuedAs } from '../support/messages.ts';

const spelt = (n: number): string => `n${String(n).padStart(20, '0')}`;

interface Numbered {
  readonly age: number;
  readonly sequence: number | undefined;
  readonly caller: string;
  readonly jobs: readonly string[];
}

const queuedOf = ({ age, sequence, caller, jobs }: Numbered): Queued => {
  const queued = queuedAs(`${age}`, { age, caller, jobs });
  const intent = { ...queued.intent, ...(sequence !== undefined && { sequence: spelt(sequence) }) };
  return { ...queued, intent };
};

const wishes = () =>
  fc.uniqueArray(
    fc.record({
      age: fc.integer({ min: 2, max: 60 }),
      sequence: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      caller: fc.constantFrom('a', 'b'),
      jobs: fc.uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1 }),
    }),
    { maxLength: 8, selector: ({ age }) => age },
  );

const none = () => undefined;

/** The age of each wish for each job. */
const agesOf = (queued: readonly Queued[]): ReadonlyMap<string, Age> =>
  new Map(
    queued.flatMap((one) => one.intent.jobs.map((job) => [`${one.from} ${job}`, ageOf(one)])),
  );

describe('a sender’s own order', () => {
  it('holds for its wishes for each job, and moves no other sender’s', () => {
    fc.assert(
      fc.property(wishes(), (all) => {
        const ages = agesOf(rankBySequence(all.map(queuedOf), none));
        for (const one of all)
          for (const job of one.jobs) {
            const age = ages.get(`${one.age} ${job}`) ?? '';
            if (one.sequence === undefined) expect(age).toBe(idAt(one.age));
            for (const other of all) {
              const beside = ages.get(`${other.age} ${job}`);
              const isOrdered = one.caller === other.caller && other.jobs.includes(job);
              if (!isOrdered || beside === undefined) continue;
              if ((one.sequence ?? 9) < (other.sequence ?? 0)) expect(age < beside).toBe(true);
              if (one.sequence === other.sequence && one.sequence === undefined)
                expect(age < beside).toBe(one.age < other.age);
            }
          }
      }),
    );
  });

  it('keeps every job of every wish, once, whatever order they come in', () => {
    fc.assert(
      fc.property(wishes(), fc.infiniteStream(fc.nat()), (all, noise) => {
        const queued = all.map(queuedOf);
        const ranked = rankBySequence(queued, none);
        const names = ranked.flatMap(({ from, intent }) =>
          intent.jobs.map((job) => `${from} ${job}`),
        );
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBe(queued.flatMap(({ intent }) => intent.jobs).length);
        const shuffled = queued
          .map((one) => [noise.next().value, one] as const)
          .toSorted(([a], [b]) => Number(a) - Number(b))
          .map(([, one]) => one);
        expect(agesOf(rankBySequence(shuffled, none))).toEqual(agesOf(ranked));
      }),
    );
  });

  it('is its own matter: what others wish changes nothing in it', () => {
    fc.assert(
      fc.property(wishes(), (all) => {
        const ages = agesOf(rankBySequence(all.map(queuedOf), none));
        const own = all.filter(({ caller }) => caller === 'a').map(queuedOf);
        for (const [wish, age] of agesOf(rankBySequence(own, none)))
          expect(ages.get(wish)).toBe(age);
      }),
    );
  });

  it('by numbers says nothing to its order by times', () => {
    const timed = (age: number) => {
      const queued = queuedOf({ age, sequence: 1, caller: 'a', jobs: ['1'] });
      return {
        ...queued,
        intent: { ...queued.intent, sequence: 't2026-11-28T05:00:00.000000000' },
      };
    };
    const counted = queuedOf({ age: 9, sequence: 1, caller: 'a', jobs: ['1'] });
    expect(rankBySequence([counted, timed(5)], none).map(ageOf)).toEqual([idAt(9), idAt(5)]);
    expect(rankBySequence([timed(5), counted], none).map(ageOf)).toEqual([idAt(5), idAt(9)]);
  });

  it('leaves a wish without one its age, and its jobs together', () => {
    const bare = {
      ...queuedOf({ age: 9, sequence: undefined, caller: 'a', jobs: ['1', '2'] }),
      age: idAt(4),
    };
    const counted = queuedOf({ age: 5, sequence: 1, caller: 'a', jobs: ['1'] });
    expect(rankBySequence([bare, counted], none)).toEqual([bare, { ...counted, age: idAt(5) }]);
  });

  const known = (sequence: number, age: number): Sender => ({
    caller: 'a',
    sequence: spelt(sequence),
    intent: idAt(age),
    age: idAt(age),
  });
  const rankedBeside = (sequence: number, age: number, sender: Sender): Age => {
    const queued = queuedOf({ age, sequence, caller: 'a', jobs: ['1'] });
    return agesOf(rankBySequence([queued], () => sender)).get(`${age} 1`) ?? idAt(0);
  };

  it('holds against what the ledger knows', () => {
    expect(rankedBeside(2, 9, known(3, 5)) < idAt(5)).toBe(true);
    expect(rankedBeside(2, 9, known(3, 5)) > idAt(4)).toBe(true);
    expect(rankedBeside(4, 2, known(3, 5)) > idAt(5)).toBe(true);
    expect(rankedBeside(4, 2, known(3, 5)) < idAt(6)).toBe(true);
    expect(rankedBeside(3, 9, known(3, 5))).toBe(idAt(9));
    expect(rankedBeside(2, 3, known(3, 5))).toBe(idAt(3));
  });

  it('holds for two wishes, one above and one below what the ledger knows', () => {
    const agesBeside = (above: readonly [number, number], below: readonly [number, number]) => {
      const queued = [above, below].map(([sequence, age]) =>
        queuedOf({ age, sequence, caller: 'a', jobs: ['1'] }),
      );
      const ages = agesOf(rankBySequence(queued, () => known(3, 5)));
      return [above, below].map(([, age]) => ages.get(`${age} 1`) ?? idAt(0));
    };
    // The lower one is older than what the ledger knows, although it is older than the higher one anyway.
    const [higher, lower = higher] = agesBeside([4, 9], [2, 7]);
    expect(higher).toBe(idAt(9));
    expect(lower !== undefined && lower < idAt(5)).toBe(true);
    // Another wish with the sequence that the ledger knows may be older than that. It counts then.
    const [same, before = same] = agesBeside([3, 4], [2, 6]);
    expect(same).toBe(idAt(4));
    expect(before !== undefined && before < idAt(4)).toBe(true);
  });

  it('is asked of the ledger by the job and by the sender', () => {
    const asked: unknown[] = [];
    const queued = queuedOf({ age: 1, sequence: 1, caller: 'a', jobs: ['1', '2'] });
    rankBySequence([queued], (...of) => void asked.push(of));
    const { project_id } = queued.intent;
    expect(asked).toEqual(['1', '2'].map((job) => [`job/dli/${project_id}/${job}`, 'a']));
  });

  it('gives an intent that comes again the age that it had before', () => {
    const moved = { ...known(3, 5), intent: idAt(2), age: justAfter(idAt(5), 'n3', idAt(2)) };
    expect(rankedBeside(3, 2, moved)).toBe(moved.age);
  });

  it('of numbers says nothing to times', () => {
    const time = { ...known(3, 5), sequence: 't2026-11-28T05:00:00.000000000' };
    expect(rankedBeside(1, 9, time)).toBe(idAt(9));
  });

  it('the ledger keeps the last of each sender, of the eight newest', () => {
    const named = (caller: string, sequence: number, age: number): Sender => ({
      ...known(sequence, age),
      caller,
    });
    expect(withSenders(undefined, [])).toBeUndefined();
    expect(withSenders([known(3, 5)], [known(2, 9)])).toEqual([known(3, 5)]);
    expect(withSenders([known(3, 5)], [known(3, 9)])).toEqual([known(3, 9)]);
    expect(withSenders([known(3, 5)], [known(4, 2)])).toEqual([known(4, 2)]);
    const many = [3, 7, 1, 11, 5, 9, 0, 8, 2, 10, 4, 6].map((i) => named(`${i}`, 1, i));
    expect(withSenders(many.slice(0, 6), many.slice(6))?.map(({ caller }) => caller)).toEqual([
      '11',
      '10',
      '9',
      '8',
      '7',
      '6',
      '5',
      '4',
    ]);
  });
});

describe('a stop and a run of one second are never decided by a hash', () => {
  it('but by the sequence, where their sender gives one', () => {
    const stop = queuedAs('stop', { age: 2, operation: 'dli.stop' });
    const run = queuedAs('run', { age: 1 });
    const numbered = [
      { ...stop, intent: { ...stop.intent, sequence: spelt(1) } },
      { ...run, intent: { ...run.intent, sequence: spelt(2) } },
    ];
    const plan = planCalls(rankBySequence(numbered, none), NOW);
    expect(plan.calls.map(({ operation }) => operation.name)).toEqual(['dli.stop']);
    expect(plan.waiting).toHaveLength(1);
    expect(plan.settled).toEqual([]);
  });
});

describe('a run follows what it names', () => {
  const run = (age: number): Queued => queuedAs('run', { age, after: 5, jobs: ['1', '2'] });

  it('and is newer than that, by a little', () => {
    const [one] = rankByName([run(3)], () => idAt(5));
    expect(one?.intent.after).toBe(idAt(5));
    expect(one !== undefined && ageOf(one) > idAt(5) && ageOf(one) < idAt(6)).toBe(true);
    const [same = run(0)] = rankByName([run(5)], () => idAt(5));
    expect(ageOf(same) > idAt(5)).toBe(true);
    expect(rankByName([run(7)], () => idAt(5)).map(ageOf)).toEqual([idAt(7)]);
  });

  it('also if that is the id of an event, or a correlation id', () => {
    const bare = queuedAs('run', { age: 3 });
    const named = { ...bare, intent: { ...bare.intent, after_name: 'e-1' } };
    const asked: string[] = [];
    const ranked = rankByName([named, bare], (_, name) => {
      asked.push(name);
      return idAt(5);
    });
    expect(asked).toEqual(['e-1']);
    expect(ranked.map(({ intent }) => intent.after)).toEqual([idAt(5), undefined]);
  });

  it('job by job, and waits where nothing goes by that name yet', () => {
    const ranked = rankByName([run(7)], (_, __, job) => (job === '1' ? idAt(5) : undefined));
    expect(ranked.map(({ intent }) => [intent.jobs, intent.after])).toEqual([
      [['1'], idAt(5)],
      [['2'], `~${idAt(5)}`],
    ]);
    expect(ranked.map(ageOf)).toEqual([idAt(7), idAt(7)]);
  });
});

import { describe, expect, it } from 'vitest';
import { planTrials, type Suspect } from '../../shared/control/plan-trials.ts';
import { message } from '../support/control-room.ts';

interface Given {
  readonly receives?: number;
  readonly jobs?: readonly string[];
  readonly isTraced?: boolean;
  /** The last trial: how many messages were in it, and at which receive. */
  readonly trial?: readonly [size: number, receives: number, ended: boolean];
}

const suspectOf = (
  id: string,
  { receives = 1, jobs = [id], isTraced = false, trial }: Given,
): Suspect => {
  const [size, at, ended] = trial ?? [];
  return {
    message: message(id, {}, receives),
    jobs,
    isTraced,
    trial:
      size === undefined || at === undefined || ended === undefined
        ? undefined
        : { size, receives: at, ended },
  };
};

const idsOf = (some: readonly Suspect[]) => some.map(({ message: { messageId } }) => messageId);

const planned = (given: Readonly<Record<string, Given>>) => {
  const { first, groups } = planTrials(
    Object.entries(given).map(([id, one]) => suspectOf(id, one)),
  );
  return { first: idsOf(first), groups: groups.map(idsOf) };
};

describe('a message is tried apart', () => {
  it.each<[title: string, given: Given, isApart: boolean]>([
    ['not at first', { receives: 2 }, false],
    ['from the third time on, if no record tells of it', { receives: 3 }, true],
    ['not then, if a record does', { receives: 3, isTraced: true }, false],
    ['nor long after', { receives: 23, isTraced: true }, false],
    ['in any case, once it has come very often', { receives: 24, isTraced: true }, true],
    ['not if it has no jobs: it cannot be read', { receives: 99, jobs: [] }, false],
    ['if the function died in its last trial', { trial: [2, 1, false] }, true],
    ['not again at once, if that ended', { receives: 7, trial: [2, 4, true] }, false],
    ['but after as many receives more', { receives: 8, trial: [2, 4, true] }, true],
  ])('%s', (_, given, isApart) => {
    expect(planned({ m: given })).toEqual(
      isApart ? { first: [], groups: [['m']] } : { first: ['m'], groups: [] },
    );
  });
});

describe('messages that are tried apart', () => {
  const often: Given = { receives: 3 };
  const died = (size: number, receives = 5): Given => ({ receives, trial: [size, 3, false] });
  const many = (count: number, given: Given, from = 0) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${from + i}`, given]));
  const sizesOf = (given: Readonly<Record<string, Given>>) =>
    planned(given).groups.map(({ length }) => length);

  it('are tried together at first, after all others', () => {
    expect(planned({ a: often, b: {}, c: often })).toEqual({ first: ['b'], groups: [['a', 'c']] });
  });

  it.each([
    [100, [10, 10, 5]],
    [91, [10, 10, 5]],
    [90, [9, 9, 7]],
    [10, new Array(25).fill(1)],
    [1, new Array(25).fill(1)],
  ])('are parted to a tenth, if the function died with %i of them', (size, sizes) => {
    expect(sizesOf(many(25, died(size)))).toEqual(sizes);
  });

  it('go by turn: those first that died in the larger group, and then those that waited longer', () => {
    const given = { small: died(2), late: died(10, 4), early: died(10, 9), fresh: often };
    expect(planned(given).groups).toEqual([['fresh'], ['early'], ['late'], ['small']]);
  });

  it('wait since their last trial, not since they came first', () => {
    const since = (receives: number, at: number): Given => ({ receives, trial: [10, at, false] });
    expect(planned({ a: since(30, 28), b: since(9, 3) }).groups).toEqual([['b'], ['a']]);
  });

  it('stay beside all that is for the same job, and count as the worst of them', () => {
    const given = {
      alone: died(100),
      a: { jobs: ['1'] },
      b: { jobs: ['1', '2'], ...died(2) },
      c: { jobs: ['2'] },
    };
    expect(planned(given)).toEqual({ first: [], groups: [['alone'], ['a', 'b', 'c']] });
  });

  it('fill a group as far as whole clusters fit', () => {
    const pair = (job: string) =>
      [`x${job}`, `y${job}`].map((id) => [id, { ...died(30), jobs: [job] }]);
    expect(sizesOf(Object.fromEntries([...pair('1'), ...pair('2')]))).toEqual([2, 2]);
    expect(sizesOf({ ...Object.fromEntries(pair('1')), z: died(30) })).toEqual([3]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clustersOf } from '../../shared/batching/clusters.ts';

const things = fc.array(fc.array(fc.constantFrom(...'abcdefghij'), { maxLength: 3 }), {
  maxLength: 12,
});

describe('clusters', () => {
  it('each thing is in one cluster, and no two clusters have a name in common', () => {
    fc.assert(
      fc.property(things, (lists) => {
        const all = lists.map((names, i) => ({ i, names }));
        const clusters = clustersOf(all, ({ names }) => names);
        expect(clusters.flat().toSorted((a, b) => a.i - b.i)).toEqual(all);
        const namesOf = clusters.map((some) => new Set(some.flatMap(({ names }) => names)));
        expect(namesOf.flatMap((names) => [...names]).length).toBe(new Set(lists.flat()).size);
      }),
    );
  });

  it('what hangs together by others is in one cluster, and what has no name is alone', () => {
    const things = ['ab', 'cd', 'bc', '', 'x', ''].map((names) => ({ names }));
    const clusters = clustersOf(things, ({ names }) => [...names]);
    expect(clusters.map((some) => some.map(({ names }) => names))).toEqual([
      ['ab', 'cd', 'bc'],
      [''],
      ['x'],
      [''],
    ]);
  });
});

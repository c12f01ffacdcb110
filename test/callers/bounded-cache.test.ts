import { expect, it } from 'vitest';
import { makeBoundedCache } from '../../shared/callers/bounded-cache.ts';

it('a value stays until its time, and no longer', () => {
  const cache = makeBoundedCache<string>(2);
  cache.set('a', 'A', 100);
  expect([cache.get('a', 99), cache.get('a', 100), cache.get('a', 99)]).toEqual([
    'A',
    undefined,
    undefined,
  ]);
});

it('when it is full, the value goes that was not used for the longest time', () => {
  const cache = makeBoundedCache<string>(2);
  cache.set('a', 'A', 100);
  cache.set('b', 'B', 100);
  cache.get('a', 1);
  cache.set('c', 'C', 100);
  expect(['a', 'b', 'c'].map((key) => cache.get(key, 1))).toEqual(['A', undefined, 'C']);
});

it('a value that is set again takes no more room', () => {
  const cache = makeBoundedCache<string>(2);
  cache.set('a', 'A', 100);
  cache.set('b', 'B', 100);
  cache.set('b', 'B2', 100);
  expect([cache.get('a', 1), cache.get('b', 1)]).toEqual(['A', 'B2']);
});

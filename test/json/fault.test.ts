import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { closedObject, isAddedKey } from '../../shared/json/closed-object.ts';
import { faultsOf, sentence } from '../../shared/json/fault.ts';
import { oddString } from '../support/arbitraries.ts';

const schema = closedObject(
  {
    name: v.string('must be a string'),
    flags: v.optional(
      closedObject({ deep: v.optional(v.boolean('must be a boolean')) }, 'must be an object'),
      {},
    ),
    list: v.optional(
      v.array(closedObject({ id: v.string('must be a string') }, 'must be an object')),
    ),
  },
  'must be an object',
);

const faults = (input: unknown) => faultsOf(v.safeParse(schema, input).issues ?? []);

/** What a reader of RFC 6901 makes of a pointer in a URI fragment. */
const keysOf = (pointer: string): readonly string[] =>
  decodeURIComponent(pointer.slice(1))
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

describe('a closed object names every fault at once', () => {
  it('unknown fields, missing fields and wrong ones, at any depth', () => {
    expect(
      faults({
        flags: { deep: 1, wide: 2 },
        list: [{ id: 'a' }, { id: 5, x: 1 }, 7, {}],
        toString: 1,
        constructor: 2,
      }),
    ).toEqual([
      { pointer: '#/toString', detail: 'is not a known field' },
      { pointer: '#/constructor', detail: 'is not a known field' },
      { pointer: '#/name', detail: 'is required' },
      { pointer: '#/flags/wide', detail: 'is not a known field' },
      { pointer: '#/flags/deep', detail: 'must be a boolean' },
      { pointer: '#/list/1/x', detail: 'is not a known field' },
      { pointer: '#/list/1/id', detail: 'must be a string' },
      { pointer: '#/list/2', detail: 'must be an object' },
      { pointer: '#/list/3/id', detail: 'is required' },
    ]);
  });

  it.each([[null], [[]], ['text'], [5], [undefined], [true]])('%j is no object', (input) => {
    expect(faults(input)).toEqual([{ pointer: '#', detail: 'must be an object' }]);
  });

  it('and passes on the known fields alone, with defaults', () => {
    expect(v.parse(schema, { name: 'n' })).toEqual({ name: 'n', flags: {} });
  });

  it('does not take a field from the prototype for a given one', () => {
    const named = closedObject({ constructor: v.string('must be a string') }, 'must be an object');
    expect(faultsOf(v.safeParse(named, {}).issues ?? [])).not.toEqual([]);
  });
});

describe('a pointer leads to its place (RFC 6901, as a URI fragment)', () => {
  it.each([
    ['a/b', '#/a~1b'],
    ['m~n', '#/m~0n'],
    ['~1', '#/~01'],
    ['', '#/'],
    [' ', '#/%20'],
    ['é"<%', '#/%C3%A9%22%3C%25'],
    ['\u0000', '#/%00'],
  ])('%j → %s', (key, pointer) => {
    expect(faults({ name: 'n', [key]: 1 })).toEqual([{ pointer, detail: 'is not a known field' }]);
  });

  it('for any key whatever, lone surrogates and all', () => {
    fc.assert(
      fc.property(oddString(), (key) => {
        fc.pre(!['name', 'flags', 'list'].includes(key) && !isAddedKey(key));
        const [fault] = faults(
          Object.fromEntries([
            ['name', 'n'],
            [key, 1],
          ]),
        );
        expect(keysOf(fault?.pointer ?? '')).toEqual([key.toWellFormed()]);
      }),
    );
  });
});

describe('many faults make one readable sentence', () => {
  const many = Array.from({ length: 12 }, (_, i) => ({ pointer: `#/${i}`, detail: 'is wrong' }));

  it('up to ten are shown', () => {
    expect(sentence(many.slice(0, 2))).toBe('#/0: is wrong; #/1: is wrong');
    expect(sentence(many.slice(0, 10))).not.toContain('more');
  });

  it('and the others counted', () => {
    expect(sentence(many)).toMatch(/#\/9: is wrong; and 2 more$/);
  });
});

import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { closedObject, isAddedKey } from '../../shared/json/closed-object.ts';
import { faultsOf, sentence, told } from '../../shared/json/fault.ts';
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

/** Decodes a JSON pointer in a URI fragment, as RFC 6901 says. */
const keysOf = (pointer: string): readonly string[] =>
  decodeURIComponent(pointer.slice(1))
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

describe('a closed object reports every fault at once', () => {
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

  it('it outputs only the known fields, with their defaults', () => {
    expect(v.parse(schema, { name: 'n' })).toEqual({ name: 'n', flags: {} });
  });

  it('it does not accept an inherited field', () => {
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

  it('it works for any key, even with lone surrogates', () => {
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

describe('faults become one readable sentence', () => {
  const many = Array.from({ length: 12 }, (_, i) => ({ pointer: `#/${i}`, detail: 'is wrong' }));

  it('it shows up to ten', () => {
    expect(sentence(many.slice(0, 2))).toBe('#/0: is wrong; #/1: is wrong');
    expect(sentence(many.slice(0, 10))).not.toContain('more');
  });

  it('it counts the others', () => {
    expect(sentence(many)).toMatch(/#\/9: is wrong; and 2 more$/);
  });
});

const faultsBy = (schema: v.GenericSchema, input: unknown) =>
  faultsOf(v.safeParse(schema, input).issues ?? []);

describe('long lists of faults are cut', () => {
  it('a long key is cut after a hundred characters', () => {
    const none = closedObject({}, 'must be an object');
    expect(faultsBy(none, { ['k'.repeat(1_000)]: 1, ['j'.repeat(100)]: 1 })).toEqual([
      { pointer: `#/${'k'.repeat(100)}`, detail: 'is not a known field' },
      { pointer: `#/${'j'.repeat(100)}`, detail: 'is not a known field' },
    ]);
  });

  it('ten thousand faults are listed, and the others counted', () => {
    const [issue] = v.safeParse(v.string('is no text'), 7).issues ?? [];
    if (issue === undefined) throw new Error('no issue');
    const fault = { pointer: '#', detail: 'is no text' };
    expect(faultsOf(Array(10_000).fill(issue))).toEqual(Array(10_000).fill(fault));
    expect(faultsOf(Array(10_002).fill(issue))).toEqual([
      ...Array(10_000).fill(fault),
      { pointer: '#', detail: 'has 2 more faults' },
    ]);
  });

  it('an answer tells the first 250, and that there are more', () => {
    const faults = Array.from({ length: 252 }, (_, i) => ({ pointer: `#/${i}`, detail: 'x' }));
    expect(told(faults.slice(0, 250))).toEqual(faults.slice(0, 250));
    const more = (detail: string) => [...faults.slice(0, 250), { pointer: '#', detail }];
    expect(told(faults.slice(0, 251))).toEqual(more('has at least 1 more fault'));
    expect(told(faults)).toEqual(more('has at least 2 more faults'));
  });

  it('a sentence shows ten, and counts the others', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'].map((name) => ({
      pointer: `#/${name}`,
      detail: 'x',
    }));
    expect(sentence(many)).toBe(
      '#/a: x; #/b: x; #/c: x; #/d: x; #/e: x; #/f: x; #/g: x; #/h: x; #/i: x; #/j: x; and 2 more',
    );
  });
});

describe('only a missing field is called missing', () => {
  it('a wrong value gets the message of its rule, also where that names a literal', () => {
    const schema = closedObject({ kind: v.literal('a', 'must be a') }, 'must be an object');
    expect(faultsBy(schema, { kind: 'b' })).toEqual([{ pointer: '#/kind', detail: 'must be a' }]);
    expect(faultsBy(schema, {})).toEqual([{ pointer: '#/kind', detail: 'is required' }]);
  });

  it('a rule that judges absence itself keeps its own message', () => {
    const ruled = (expected?: string) =>
      v.pipe(
        v.unknown(),
        v.rawCheck(({ addIssue }) =>
          addIssue({ message: 'is wrong', ...(expected !== undefined && { expected }) }),
        ),
      );
    for (const schema of [ruled(), ruled('any of "a"'), ruled('a text')])
      expect(faultsBy(schema, undefined)).toEqual([{ pointer: '#', detail: 'is wrong' }]);
  });
});

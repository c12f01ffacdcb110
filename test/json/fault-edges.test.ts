import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { closedObject } from '../../shared/json/closed-object.ts';
import { faultsOf, sentence } from '../../shared/json/fault.ts';

const faults = (schema: v.GenericSchema, input: unknown) =>
  faultsOf(v.safeParse(schema, input).issues ?? []);

describe('an answer is no longer than it need be', () => {
  it('of a long key the first hundred letters are shown', () => {
    const none = closedObject({}, 'must be an object');
    expect(faults(none, { ['k'.repeat(1_000)]: 1, ['j'.repeat(100)]: 1 })).toEqual([
      { pointer: `#/${'k'.repeat(100)}`, detail: 'is not a known field' },
      { pointer: `#/${'j'.repeat(100)}`, detail: 'is not a known field' },
    ]);
  });

  it('ten thousand faults are told one by one, and the others counted', () => {
    const [issue] = v.safeParse(v.string('is no text'), 7).issues ?? [];
    if (issue === undefined) throw new Error('no issue');
    const fault = { pointer: '#', detail: 'is no text' };
    expect(faultsOf(Array(10_000).fill(issue))).toEqual(Array(10_000).fill(fault));
    expect(faultsOf(Array(10_002).fill(issue))).toEqual([
      ...Array(10_000).fill(fault),
      { pointer: '#', detail: 'has 2 more faults' },
    ]);
  });

  it('in a sentence ten are shown, and the others counted', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'].map((name) => ({
      pointer: `#/${name}`,
      detail: 'x',
    }));
    expect(sentence(many)).toBe(
      '#/a: x; #/b: x; #/c: x; #/d: x; #/e: x; #/f: x; #/g: x; #/h: x; #/i: x; #/j: x; and 2 more',
    );
  });
});

describe('only what is not there is told as missing', () => {
  it('a value that is wrong, though its rule names the right one, is told by the rule', () => {
    const schema = closedObject({ kind: v.literal('a', 'must be a') }, 'must be an object');
    expect(faults(schema, { kind: 'b' })).toEqual([{ pointer: '#/kind', detail: 'must be a' }]);
    expect(faults(schema, {})).toEqual([{ pointer: '#/kind', detail: 'is required' }]);
  });

  it('nothing, judged by a rule of its own, is told in the words of the rule', () => {
    const ruled = (expected?: string) =>
      v.pipe(
        v.unknown(),
        v.rawCheck(({ addIssue }) =>
          addIssue({ message: 'is wrong', ...(expected !== undefined && { expected }) }),
        ),
      );
    for (const schema of [ruled(), ruled('any of "a"'), ruled('a text')])
      expect(faults(schema, undefined)).toEqual([{ pointer: '#', detail: 'is wrong' }]);
  });
});

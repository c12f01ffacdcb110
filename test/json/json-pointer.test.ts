import { describe, expect, it } from 'vitest';
import { parseJson } from '../../shared/json/json.ts';
import { asFragment, isPointer, valueAt } from '../../shared/json/json-pointer.ts';

/** RFC 6901 §5. */
const EXAMPLE = `{
  "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8
}`;

const valueIn = (text: string, pointer: string) => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.detail);
  return valueAt(parsed.value, pointer);
};

describe('a JSON pointer finds one value', () => {
  it.each([
    ['/foo', ['bar', 'baz'], '#/foo'],
    ['/foo/0', 'bar', '#/foo/0'],
    ['/', 0, '#/'],
    ['/a~1b', 1, '#/a~1b'],
    ['/c%d', 2, '#/c%25d'],
    ['/e^f', 3, '#/e%5Ef'],
    ['/g|h', 4, '#/g%7Ch'],
    ['/i\\j', 5, '#/i%5Cj'],
    ['/k"l', 6, '#/k%22l'],
    ['/ ', 7, '#/%20'],
    ['/m~0n', 8, '#/m~0n'],
  ])('%s, as in RFC 6901', (pointer, value, fragment) => {
    expect(isPointer(pointer)).toBe(true);
    expect(valueIn(EXAMPLE, pointer)).toEqual(value);
    expect(asFragment(pointer)).toBe(fragment);
  });

  it('the empty one is the whole document', () => {
    expect(valueIn('[1]', '')).toEqual([1]);
  });

  it('a large id stays exact (P9)', () => {
    expect(valueIn('{"job":{"id":9223372036854775807}}', '/job/id')).toBe(9223372036854775807n);
  });

  it.each([
    ['/foo/2'],
    ['/foo/-'],
    ['/foo/01'],
    ['/foo/bar'],
    ['/foo/length'],
    ['/none'],
    ['/toString'],
    ['/__proto__'],
    ['/foo/0/0'],
  ])('%s finds nothing', (pointer) => {
    expect(valueIn(EXAMPLE, pointer)).toBeUndefined();
  });

  it.each([['foo'], ['/a~b'], ['/~'], ['/~2'], [5], [null], ['/a'.repeat(600)]])(
    '%j is no pointer',
    (text) => {
      expect(isPointer(text)).toBe(false);
    },
  );
});

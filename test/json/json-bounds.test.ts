import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../shared/json/json.ts';
import { MOST_LEVELS, MOST_VALUES, parseBounded } from '../../shared/json/json-bounds.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('what is too large is not parsed', () => {
  it('nesting up to the limit is taken, and one level more is not', () => {
    expect(parseBounded(nested(MOST_LEVELS)).ok).toBe(true);
    expect(parseBounded(nested(MOST_LEVELS + 1))).toEqual({
      ok: false,
      detail: 'the JSON is nested more than 100 levels deep',
    });
    expect(parseBounded('{"a":'.repeat(MOST_LEVELS + 1))).toMatchObject({
      detail: 'the JSON is nested more than 100 levels deep',
    });
  });

  it('also a nesting that never ends, which a parser would follow', () => {
    expect(parseBounded('['.repeat(999_999)).ok).toBe(false);
  });

  it('so many values are taken, and more are not', () => {
    const list = (count: number) => `[${'1,'.repeat(count - 1)}1]`;
    expect(parseBounded(list(MOST_VALUES - 2)).ok).toBe(true);
    expect(parseBounded(list(MOST_VALUES + 1))).toEqual({
      ok: false,
      detail: 'the JSON has more than 100000 values',
    });
    expect(parseBounded(`[${'[],'.repeat(MOST_VALUES / 2)}1]`).ok).toBe(false);
  });

  it('brackets and commas in texts do not count', () => {
    const text = JSON.stringify({ a: '[,{'.repeat(MOST_VALUES), 'b\\"[[[': '\\' });
    expect(parseBounded(text)).toEqual(parseJson(text));
    expect(parseBounded('{"a":"\\\\","b":"\\"[[["}')).toMatchObject({ ok: true });
  });

  it('what is within the bounds is parsed as ever, JSON or not', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constant('"\\')), (text) => {
        expect(parseBounded(text)).toEqual(parseJson(text));
      }),
    );
  });
});

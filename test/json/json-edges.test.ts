import { describe, expect, it, vi } from 'vitest';
import { nestsAtMost, parseJson, parseLoosely } from '../../shared/json/json.ts';

const nested = (levels: number, inner = '') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;

describe('a hundred levels are read, and not one more', () => {
  it.each([
    ['empty', ''],
    ['with a number', '1'],
    ['with a 64-bit id', '9007199254740993'],
  ])('%s', (_, inner) => {
    expect(parseJson(nested(100, inner)).ok).toBe(true);
    expect(parseJson(nested(101, inner))).toEqual({
      ok: false,
      detail: 'the JSON is nested too deep',
    });
  });

  it('levels are counted from the outside, of arrays and objects alike', () => {
    expect(nestsAtMost([{ a: [1] }], 3)).toBe(true);
    expect(nestsAtMost([{ a: [1] }], 2)).toBe(false);
    expect(nestsAtMost(7, 0)).toBe(true);
    expect(nestsAtMost(null, 0)).toBe(true);
    expect(nestsAtMost({}, 0)).toBe(false);
  });
});

describe('a whole number may be written with a fraction of noughts', () => {
  it.each([
    ['[5.0]', 5],
    ['[5.000]', 5],
    ['[-5.00]', -5],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual({ ok: true, value: [value] });
  });

  it.each([['[5.0e0]'], ['[5.00000000000000001]'], ['[50e-1]']])(
    'but not in a way that may have been rounded: %s',
    (text) => {
      expect(parseJson(text)).toEqual({ ok: true, value: [Number.NaN] });
    },
  );
});

describe('what is no number is left alone beside an id of 64 bits', () => {
  it.each([
    [null],
    [true],
    ['9007199254740993'],
    ['1.5'],
    ['undefined'],
    [{}],
    [[[]]],
    [{ a: ['1'] }],
  ])('%j', (value) => {
    const text = `[9007199254740993,${JSON.stringify(value)}]`;
    expect(parseJson(text)).toEqual({ ok: true, value: [9007199254740993n, value] });
  });
});

describe('the reason tells where the text ceases to be JSON', () => {
  it.each([
    ['{"a":1,}', 'the text is no valid JSON at position 7'],
    ['{"token":"hunter2",}', 'the text is no valid JSON at position 19'],
    ['[1', 'the text is no valid JSON at position 2'],
    ['', 'the text is no valid JSON'],
  ])('%j: %s', (text, detail) => {
    expect(parseJson(text)).toEqual({ ok: false, detail });
    expect(parseLoosely(text)).toEqual({ ok: false, detail });
  });
});

describe('what is no fault of the text is not laid to it', () => {
  it.each([
    ['exactly', parseJson],
    ['loosely', parseLoosely],
  ])('a bug below is thrown on: read %s', (_, parse) => {
    const bug = new TypeError('a bug');
    const below = vi.spyOn(JSON, 'parse').mockImplementation(() => {
      throw bug;
    });
    try {
      expect(() => parse('[1]')).toThrow(bug);
    } finally {
      below.mockRestore();
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isObject, nestsAtMost, parseJson, parseLoosely } from '../../shared/json/json.ts';
import { oddJson, oddString } from '../support/arbitraries.ts';

const int64 = () => fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });

describe('every 64-bit integer is read digit for digit (P9)', () => {
  it.each([
    ['9223372036854775807', 9223372036854775807n],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709551615n],
    ['9007199254740991', 9007199254740991],
    ['131', 131],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual({ ok: true, value });
  });

  it('at any place in the value', () => {
    fc.assert(
      fc.property(fc.array(int64(), { minLength: 1 }), (ids) => {
        const parsed = parseJson(`{"deep": [{"ids": [${ids.join(' , ')}]}]}`);
        const read =
          parsed.ok && JSON.stringify(parsed.value, (_, v) => (typeof v === 'bigint' ? `${v}` : v));
        expect(String(read).replaceAll('"', '')).toBe(`{deep:[{ids:[${ids.join(',')}]}]}`);
      }),
    );
  });

  it('digits inside a string stay a string', () => {
    expect(parseJson('{"id":"9007199254740993","n":9007199254740993}')).toEqual({
      ok: true,
      value: { id: '9007199254740993', n: 9007199254740993n },
    });
  });

  it.each([['12345678901234567.5'], ['1234567890123456789e3'], ['0.12345678901234567890']])(
    'a fraction or an exponent is a double as ever: %s',
    (text) => {
      expect(parseJson(text)).toEqual({ ok: true, value: Number(text) });
    },
  );
});

/** JSON text in which large integers are rounded, as JSON.parse would round them. */
const doubled = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part));

describe('a number that a double would round to an integer is not accepted as an id', () => {
  it.each([
    ['12345678.999999999999'],
    ['0.99999999999999999'],
    ['1e-400'],
    ['4.9999999999999999e0'],
  ])('%s', (text) => {
    const parsed = parseJson(`{"job_ids": [${text}]}`);
    const [id] = parsed.ok ? Object.values(Object(parsed.value)).flat() : [];
    expect(Number.isSafeInteger(id)).toBe(false);
  });
});

describe('ordinary input is read as JSON.parse reads it', () => {
  it('any value', () => {
    fc.assert(
      fc.property(oddJson(), (value) => {
        const text = JSON.stringify(value) ?? 'null';
        fc.pre(!text.includes('__proto__'));
        const parsed = parseJson(text);
        expect(parsed.ok && doubled(parsed.value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('a key named constructor is a key like any other', () => {
    expect(parseJson('{"constructor":{"prototype":1}}')).toEqual({
      ok: true,
      value: JSON.parse('{"constructor":{"prototype":1}}'),
    });
  });
});

describe('it never throws', () => {
  it('for any text', () => {
    fc.assert(
      fc.property(oddString(), (text) => {
        const parsed = parseJson(text);
        expect(typeof parsed.ok).toBe('boolean');
      }),
    );
  });

  it('for odd JSON, whole or cut off', () => {
    fc.assert(
      fc.property(oddJson(), fc.nat(), (value, at) => {
        const text = JSON.stringify(value) ?? 'null';
        parseJson(text);
        parseJson(text.slice(0, at % (text.length + 1)));
      }),
    );
  });

  it.each([
    ['arrays', '['.repeat(200_000), ']'.repeat(200_000)],
    ['objects', '{"a":'.repeat(200_000), '}'.repeat(200_000)],
  ])(
    'nor %s nested two hundred thousand deep, with or without a 64-bit id in them',
    (_, open, close) => {
      for (const inner of ['1', '9007199254740993'])
        expect(parseJson(`${open}${inner}${close}`)).toEqual({
          ok: false,
          detail: 'the JSON is nested too deep',
        });
    },
  );

  it.each([
    ['{"__proto__":{"admin":true}}'],
    ['{"a":[{"__proto__":null}]}'],
    ['{"\\u005f_proto\\u005F_" : 1}'],
    ['{"a":9007199254740993,"__proto__":1}'],
  ])('a __proto__ key is refused: %s', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, detail: 'the key "__proto__" is not allowed' });
  });

  it('reading changes no prototype', () => {
    parseJson('{"constructor":{"prototype":{"polluted":1}}}');
    expect('polluted' in {}).toBe(false);
  });
});

describe('the reason says where and never quotes the text', () => {
  it.each([
    ['{"token":"hunter2",}'],
    ['hunter2'],
    ['{"a":"hunter2'],
    ['[1,hunter2]'],
    ['"\u0000hunter2"'],
  ])('%j', (text) => {
    const parsed = parseJson(text);
    expect(parsed).toEqual({
      ok: false,
      detail: expect.stringMatching(/^the text is not valid JSON/),
    });
    expect(JSON.stringify(parsed)).not.toContain('hunter');
  });
});

describe('arrays and null are no objects', () => {
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    ['{}', false],
    [undefined, false],
  ])('%j → %s', (value, is) => {
    expect(isObject(value)).toBe(is);
  });
});

const nested = (levels: number, inner = '') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;

describe('JSON may nest a hundred levels deep, and no deeper', () => {
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

  it('arrays and objects both count as levels', () => {
    expect(nestsAtMost([{ a: [1] }], 3)).toBe(true);
    expect(nestsAtMost([{ a: [1] }], 2)).toBe(false);
    expect(nestsAtMost(7, 0)).toBe(true);
    expect(nestsAtMost(null, 0)).toBe(true);
    expect(nestsAtMost({}, 0)).toBe(false);
  });
});

describe('a whole number may have a fraction of zeros', () => {
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

describe('other values stay as they are beside a 64-bit id', () => {
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

describe('the reason says where the JSON is invalid', () => {
  it.each([
    ['{"a":1,}', 'the text is not valid JSON at position 7'],
    ['{"token":"hunter2",}', 'the text is not valid JSON at position 19'],
    ['[1', 'the text is not valid JSON at position 2'],
    ['', 'the text is empty'],
    [' \n', 'the text is empty'],
  ])('%j: %s', (text, detail) => {
    expect(parseJson(text)).toEqual({ ok: false, detail });
    expect(parseLoosely(text)).toEqual({ ok: false, detail });
  });
});

describe('a bug is thrown, and is not blamed on the text', () => {
  it.each([
    ['exactly', parseJson],
    ['loosely', parseLoosely],
  ])('an unexpected error passes through: read %s', (_, parse) => {
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

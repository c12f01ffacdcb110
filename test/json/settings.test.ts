import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { httpUrl } from '../../shared/json/http-url.ts';
import {
  type Environment,
  MisconfiguredError,
  readSettings,
  readTogether,
  whole,
} from '../../shared/json/settings.ts';

const schema = v.object({
  COUNT: whole(2, 1_000),
  URL: httpUrl,
  NAME: v.optional(v.string(), 'unnamed'),
});
const good = { COUNT: '7', URL: 'https://example.com/' };

const read = (part: Environment) => readSettings(schema, { ...good, ...part });

/** The error message that the operator reads. */
const told = (reading: () => unknown): string => {
  try {
    reading();
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    expect(error.name).toBe('MisconfiguredError');
    return error.message;
  }
  return '';
};

describe('reads the settings of a schema', () => {
  it('and no other variable', () => {
    expect(read({ OTHER: 'x' })).toEqual({ COUNT: 7, URL: 'https://example.com', NAME: 'unnamed' });
  });

  it.each([[''], [undefined]])('%j is not set', (empty) => {
    expect(read({ NAME: empty }).NAME).toBe('unnamed');
    expect(told(() => read({ COUNT: empty }))).toBe('Settings: COUNT is not set');
  });

  it('an environment variable that is not set counts as absent', () => {
    const none = v.strictObject({ NAME: v.optional(v.string(), 'unnamed') });
    expect(readSettings(none, { OTHER: undefined, ANOTHER: '' })).toEqual({ NAME: 'unnamed' });
  });
});

describe('a whole number is written in digits, and is within its bounds', () => {
  it.each(['2', '999', '1000', '0007'])('%s', (COUNT) => {
    expect(read({ COUNT }).COUNT).toBe(Number(COUNT));
  });

  it.each(['1', '1001', '-7', '7.0', '7 ', ' 7', '7e1', '0x7', 'seven', '0000000007'])(
    '%j is none',
    (COUNT) => {
      expect(told(() => read({ COUNT }))).toBe(
        'Settings: COUNT must be a whole number from 2 to 1000',
      );
    },
  );

  it.each([
    ['0', true],
    ['12', true],
    ['000000012', true],
    ['0000000012', false],
    ['1.2', false],
    ['-0', false],
    ['12 ', false],
    ['12\n', false],
    [' 12', false],
    ['', false],
    ['1e1', false],
    ['x', false],
  ])('any other form is refused, even with the same value: %j: %s', (text, is) => {
    expect(v.safeParse(whole(0, 20), text).success).toBe(is);
  });
});

describe('an endpoint is a URL to which paths can be appended', () => {
  it.each([
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['https://example.com//', 'https://example.com'],
    ['https://example.com/a/b/', 'https://example.com/a/b'],
    ['http://[::1]:4000/', 'http://[::1]:4000'],
    ['http://sqs_1.local.:4566', 'http://sqs_1.local.:4566'],
  ])('%s', (URL, read_) => {
    expect(read({ URL }).URL).toBe(read_);
  });

  it.each([
    'example.com',
    'ftp://example.com',
    'ftp://http://x',
    'http://',
    'file:///http:',
    'https://example.com?a=b',
    'https://example.com/a?',
    'https://example.com#a',
    'https://user:word@example.com',
    'https:example.com',
    'https://example.com/a b',
    'https://example..com:99999',
  ])('%s is refused', (URL) => {
    expect(told(() => read({ URL }))).toBe(
      'Settings: URL must be an http or https URL without user, query or fragment',
    );
  });
});

describe('one error names every problem', () => {
  it('for one set of settings', () => {
    expect(told(() => readSettings(schema, { URL: 'x' }))).toBe(
      'Settings: COUNT is not set; URL must be an http or https URL without user, query or fragment',
    );
  });

  it('a rule for several settings names none of them', () => {
    const rule = v.pipe(
      v.object({}),
      v.check(() => false, 'A or B must be set'),
    );
    expect(told(() => readSettings(rule, {}))).toBe('Settings: A or B must be set');
  });

  it('for several sets, each problem once', () => {
    const bad = () => read({ COUNT: 'x', URL: 'x' });
    const other = () =>
      readSettings(v.object({ OTHER: v.string(), COUNT: whole(2, 1_000) }), {
        COUNT: 'x',
      });
    expect(told(() => readTogether(bad, () => 'fine', other))).toBe(
      'Settings: COUNT must be a whole number from 2 to 1000; URL must be an http or https URL without user, query or fragment; OTHER is not set',
    );
  });

  it('valid settings are returned in the order of their readers', () => {
    expect(
      readTogether(
        () => read({}).COUNT,
        () => 'b',
      ),
    ).toEqual([7, 'b']);
  });

  it('other errors are thrown on', () => {
    const bug = new TypeError('a bug');
    expect(() =>
      readTogether(() => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});

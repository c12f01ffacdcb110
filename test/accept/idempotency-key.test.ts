import { describe, expect, it } from 'vitest';
import { readIdempotencyKey } from '../../shared/accept/idempotency-key.ts';

const UUID = '8e03978e-40d5-43e8-bc93-6894a57f9324';

describe('a key is a quoted string, and a bare one is the same key', () => {
  it.each([
    [`"${UUID}"`, UUID],
    [UUID, UUID],
    [` "${UUID}" `, UUID],
    ['"a b"', 'a b'],
    ['"a,b"', 'a,b'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['deploy:42/7', 'deploy:42/7'],
    ['k', 'k'],
    ['~', '~'],
    ['k'.repeat(255), 'k'.repeat(255)],
    [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ])('%s', (header, key) => {
    expect(readIdempotencyKey(header)).toEqual({ ok: true, key });
  });

  it('none is no key', () => {
    expect(readIdempotencyKey(undefined)).toEqual({ ok: true, key: undefined });
  });
});

describe('a key that is not one is a fault that names the header', () => {
  it.each([
    ['empty', ''],
    ['blank', ' '],
    ['empty in quotes', '""'],
    ['too long', 'k'.repeat(256)],
    ['too long in quotes', `"${'k'.repeat(256)}"`],
    ['two headers', '"a","b"'],
    ['two headers, joined', 'a,b'],
    ['with parameters', '"a";b=1'],
    ['not closed', '"a'],
    ['not opened', 'a"'],
    ['bare with a blank', 'a b'],
    ['a line end', '"a\nb"'],
    ['an escape that there is not', String.raw`"a\nb"`],
    ['beyond ASCII', 'ü'],
    ['beyond ASCII in quotes', '"ü"'],
  ])('%s', (_, header) => {
    expect(readIdempotencyKey(header)).toMatchObject({
      ok: false,
      fault: { pointer: 'header Idempotency-Key' },
    });
  });
});

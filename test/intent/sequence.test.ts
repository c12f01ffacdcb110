import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { isOfOneKind, isSequence, sequenceSchema } from '../../shared/intent/sequence.ts';
import { PROJECT } from '../support/messages.ts';
import { faultsOf, requestOf } from '../support/requests.ts';

const read = (value: unknown): string => v.parse(sequenceSchema, value);
const run = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };

describe('a caller may order its own intents', () => {
  it.each([
    [0, 'n00000000000000000000'],
    [42, 'n00000000000000000042'],
    ['42', 'n00000000000000000042'],
    [9223372036854775807n, 'n09223372036854775807'],
    ['99999999999999999999', 'n99999999999999999999'],
  ])('by a number: %s', (value, spelt) => {
    expect(read(value)).toBe(spelt);
    expect(isSequence(spelt)).toBe(true);
    expect(requestOf({ ...run, sequence: value })).toMatchObject({ sequence: spelt });
  });

  it.each([
    ['2026-11-28T05:00:00Z', 't2026-11-28T05:00:00.000000000'],
    ['2026-11-28T05:00:00.15Z', 't2026-11-28T05:00:00.150000000'],
    ['2026-11-28T05:00:00.123456789Z', 't2026-11-28T05:00:00.123456789'],
    ['2026-11-28T06:00:00.5+01:00', 't2026-11-28T05:00:00.500000000'],
    ['2026-11-28T06:00:00,5+01', 't2026-11-28T05:00:00.500000000'],
  ])('by a time: %s', (value, spelt) => {
    expect(read(value)).toBe(spelt);
    expect(isSequence(spelt)).toBe(true);
  });

  it.each([
    '',
    '-1',
    -1,
    1.5,
    '1.5',
    '1'.repeat(21),
    'now',
    '2026-11-28',
    '2026-99-28T05:00:00Z',
    null,
    {},
  ])('by nothing else: %j', (sequence) => {
    expect(faultsOf({ ...run, sequence })).toEqual([
      '#/sequence: must be a whole number of at most 20 digits, or an ISO 8601 time with a time zone, as 2026-01-31T12:00:00.123456Z',
    ]);
  });

  it('not by a number that JSON may have rounded', () => {
    expect(faultsOf({ ...run, sequence: 2 ** 60 })).toEqual([
      '#/sequence: is too large for a JSON number to hold exactly: send it as a string',
    ]);
  });

  it('numbers compare with numbers, times with times', () => {
    expect(isOfOneKind(read(1), read('2'))).toBe(true);
    expect(isOfOneKind(read(1), read('2026-11-28T05:00:00Z'))).toBe(false);
    expect(read(9) < read(10)).toBe(true);
  });
});

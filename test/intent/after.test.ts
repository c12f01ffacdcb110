import { describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';
import { faultsOf, requestOf } from '../support/requests.ts';

const run = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };
const AT = Date.parse(NOW);
const [MINUTE, DAY] = [60_000, 24 * 3_600_000];

/** An intent id with a given time of acceptance. */
const idFrom = (at: number): string => {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
};

describe('a run may name the stop that it follows', () => {
  it.each([0, 1, 8 * DAY - 1, 1 - 5 * MINUTE])('by an intent id accepted %i ms ago', (age) => {
    const after = idFrom(AT - age);
    expect(requestOf({ ...run, after })).toMatchObject({ after });
  });

  it.each([
    [8 * DAY, 'is of an intent more than 8 days ago, which has its outcome: leave it out'],
    [30 * DAY, 'is of an intent more than 8 days ago, which has its outcome: leave it out'],
    [-5 * MINUTE, 'is of a time to come'],
    [-DAY, 'is of a time to come'],
  ])('not by an intent id accepted %i ms ago', (age, detail) => {
    expect(faultsOf({ ...run, after: idFrom(AT - age) })).toEqual([`#/after: ${detail}`]);
  });

  it.each([idFrom(AT).toUpperCase(), `${idFrom(AT)} `, ` ${idFrom(AT)}`])(
    'and not by one that was changed on the way: %j',
    (after) => {
      expect(faultsOf({ ...run, after })).toEqual([
        '#/after: must be the id of a dli.stop intent, as its answer gave it',
      ]);
    },
  );

  it.each([
    'mine',
    '6f1c2f0a-0000-4000-8000-000000000001',
    'deploy 42',
    'x'.repeat(128),
    idFrom(AT).replace('-7', '-4'),
  ])('by an event id or a correlation id: %j', (after) => {
    const request = requestOf({ ...run, after });
    expect(request).toMatchObject({ after_name: after });
    expect(request).not.toHaveProperty('after');
  });

  it.each(['', 1, null, {}, [idFrom(AT)], 'x'.repeat(129), 'ä', 'a\n'])(
    'and by nothing else: %j',
    (after) => {
      expect(faultsOf({ ...run, after })).toEqual([
        '#/after: must be the id of a dli.stop intent, as its answer gave it, or the id of its event, or its correlation id',
      ]);
    },
  );

  it.each([
    { ...run, operation: 'dli.stop' },
    { ...run, operation: 'drs.retry', jobs: ['a'] },
  ])('no other operation may: $operation', (other) => {
    expect(faultsOf({ ...other, after: idFrom(AT) })).toEqual([
      '#/after: is only for dli.run, drs.start',
    ]);
  });

  it('of an unknown operation, `after` is a text, and may be any', () => {
    expect(faultsOf({ ...run, operation: 'dli.fly', after: 'any' })).toEqual([
      `#/operation: must be one of ${Object.keys(OPERATIONS).join(', ')}`,
    ]);
    expect(faultsOf({ ...run, operation: 'dli.fly', after: 1 })).toEqual([
      `#/operation: must be one of ${Object.keys(OPERATIONS).join(', ')}`,
      '#/after: must be a string',
    ]);
  });
});

describe('an intent id holds its time of acceptance', () => {
  it('to the millisecond', () => {
    expect(timeOf(idAt(1))).toBe(0x01890a5dac96);
    const before = Date.now();
    const time = timeOf(newIntentId());
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });
});

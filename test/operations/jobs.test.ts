import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/operations/index.ts';
import {
  anyJobSchema,
  distinct,
  jobListSchema,
  MAX_JOBS,
} from '../../shared/operations/job-list.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { intentOf } from '../support/messages.ts';

const MOST = '9223372036854775807';

/** What a schema makes of a value, or what is wrong with it and where. */
const read = (schema: v.GenericSchema, value: unknown): unknown => {
  const { success, output, issues } = v.safeParse(schema, value);
  return success
    ? output
    : issues.map(({ message, path }) =>
        [...(path?.map(({ key }) => String(key)) ?? []), message].join(': '),
      );
};

const native = (name: OperationName, value: unknown) => read(OPERATIONS[name].job.schema, value);

describe('the id of a DLI job is an integer of 64 bits', () => {
  const NO = [`must be a DLI job id: an integer from 0 to ${MOST}`];
  const LARGE = ['is too large for a JSON number to hold exactly: send it as a string'];

  it.each([
    ['0', '0'],
    [0, '0'],
    ['131', '131'],
    [131, '131'],
    [131n, '131'],
    [MOST, MOST],
    [BigInt(MOST), MOST],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [Number.MAX_SAFE_INTEGER + 1, LARGE],
    ['9223372036854775808', NO],
    [9_223_372_036_854_775_808n, NO],
    ['10000000000000000000', NO],
    ['01', NO],
    ['', NO],
    ['1.5', NO],
    [1.5, NO],
    [-1, NO],
    ['-1', NO],
    [' 1', NO],
    ['1 ', NO],
    [true, NO],
    [null, NO],
  ])('%s', (value, text) => {
    expect(native('dli.run', value)).toEqual(text);
  });
});

describe('the id of a DRS task is an opaque text', () => {
  const NO = ['must be a DRS task id: a string of 1 to 64 letters, digits, hyphens or underscores'];

  it.each([
    ['a-B_9', 'a-B_9'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), NO],
    ['', NO],
    ['a b', NO],
    ['a\n', NO],
    [131, NO],
    [Number.MAX_SAFE_INTEGER + 1, NO],
    [131n, NO],
  ])('%s', (value, text) => {
    expect(native('drs.start', value)).toEqual(text);
  });
});

describe('a job on the native route', () => {
  it.each<[OperationName, unknown, unknown]>([
    ['dli.run', { job_id: 131 }, '131'],
    ['dli.run', { job_id: '131', more: true }, [expect.stringMatching(/^more: /)]],
    ['drs.start', { job_id: 'a' }, 'a'],
    ['drs.start', { job_id: 'a', start_time: '5' }, { job_id: 'a', start_time: '5' }],
    [
      'drs.start',
      { job_id: 'a', start_time: 5 },
      ['start_time: must be a string of milliseconds since 1970'],
    ],
    [
      'drs.start',
      { job_id: 'a', start_time: '1'.repeat(17) },
      ['start_time: must be a string of milliseconds since 1970'],
    ],
    ['drs.stop', 'a', ['must be an object with job_id and pause_mode']],
    ['drs.delete', 'a', ['must be an object with job_id and delete_type']],
    ['drs.stop', { job_id: 'a', pause_mode: 'all' }, { job_id: 'a', pause_mode: 'all' }],
    ['drs.stop', { job_id: 'a', pause_mode: 'none' }, ['pause_mode: must be target or all']],
    [
      'drs.delete',
      { job_id: 'a', delete_type: 'x' },
      ['delete_type: must be terminate, force_terminate or delete'],
    ],
    [
      'drs.retry',
      { job_id: 'a', is_sync_re_edit: 'x' },
      ['is_sync_re_edit: must be true or false'],
    ],
  ])('%s: %j', (name, value, job) => {
    expect(native(name, value)).toEqual(job);
  });
});

describe('a job in a message of the queue has one spelling', () => {
  it.each<[OperationName, unknown, boolean]>([
    ['dli.run', '131', true],
    ['dli.run', '01', false],
    ['dli.run', 131, false],
    ['dli.run', { job_id: '131' }, false],
    ['drs.start', 'a', true],
    ['drs.start', { job_id: 'a' }, false],
    ['drs.start', { job_id: 'a', start_time: '5' }, true],
    ['drs.start', { job_id: 'a b', start_time: '5' }, false],
    ['drs.start', { job_id: 5, start_time: '5' }, false],
    ['drs.start', { job_id: 'a', start_time: '5', more: true }, false],
    ['drs.start', { start_time: '5' }, false],
    ['drs.stop', 'a', false],
    ['drs.stop', { job_id: 'a', pause_mode: 'all' }, true],
    ['drs.stop', { job_id: 'a', pause_mode: 'none' }, false],
    ['drs.stop', null, false],
  ])('%s: %j: %s', (name, value, isOne) => {
    expect(OPERATIONS[name].job.is(value)).toBe(isOne);
  });

  it('its operation tells its options, and which of them are needed', () => {
    const told = Object.entries(OPERATIONS).map(([name, { job }]) => [
      name,
      job.options,
      job.needed,
    ]);
    expect(told).toEqual([
      ['dli.run', [], []],
      ['dli.stop', [], []],
      ['dli.delete', [], []],
      ['drs.start', ['start_time', 'is_only_init_task', 'is_auto_create_compare'], []],
      ['drs.stop', ['pause_mode'], ['pause_mode']],
      ['drs.retry', ['is_sync_re_edit'], []],
      ['drs.delete', ['delete_type'], ['delete_type']],
    ]);
  });
});

describe('a job of any operation, as far as it can be read', () => {
  const NO = ['must be a job id, or an object with a job_id'];

  it.each([
    ['a', true],
    [5, true],
    [0, true],
    [5n, true],
    [{ job_id: 'a', more: 1 }, true],
    [{ job_id: 5 }, true],
    ['', false],
    [1.5, false],
    [2 ** 53, false],
    [true, false],
    [null, false],
    [[], false],
    [{}, false],
    [{ job_id: '' }, false],
    [{ job_id: { job_id: 'a' } }, false],
  ])('%s: %s', (value, isOne) => {
    expect(read(anyJobSchema, value)).toEqual(isOne ? value : NO);
  });
});

describe('a list of jobs', () => {
  const start = jobListSchema(OPERATIONS['drs.start'].job.schema);
  const AGAIN = 'names a job that is listed before with other options';
  const at = (job_id: string, start_time: string) => ({ job_id, start_time });

  it.each([
    ['of one', ['a'], ['a']],
    ['with a repetition', ['a', 'b', 'a'], ['a', 'b', 'a']],
    ['with one in the same words', [at('a', '5'), at('a', '5')], [at('a', '5'), at('a', '5')]],
    ['with other options', [at('a', '5'), 'b', at('a', '6')], [`2: ${AGAIN}`]],
    ['with options and without', ['a', at('a', '6')], [`1: ${AGAIN}`]],
    ['the first place of several', [at('a', '5'), 'a', at('a', '6')], [`1: ${AGAIN}`]],
    ['against the one before it', [at('a', '5'), at('a', '5'), 'a'], [`2: ${AGAIN}`]],
    ['none', [], ['must name at least one job']],
    ['no list', 'a', ['must be an array']],
    [
      'faults beside a repetition',
      [7, at('a', '5'), at('a', '6'), 7],
      [
        expect.stringMatching(/^0: must be a DRS/),
        expect.stringMatching(/^3: must be a DRS/),
        `2: ${AGAIN}`,
      ],
    ],
    [
      'what is no job repeats none',
      [at('a', 'x'), at('a', '6')],
      ['0: start_time: must be a string of milliseconds since 1970'],
    ],
  ])('%s', (_, jobs, expected) => {
    expect(read(start, jobs)).toEqual(expected);
  });

  it('has at most ten thousand, and a longer one is one fault', () => {
    const ids = Array.from({ length: MAX_JOBS + 1 }, (_, i) => `${i}`);
    expect(MAX_JOBS).toBe(10_000);
    expect(read(start, ids.slice(1))).toHaveLength(MAX_JOBS);
    expect(read(start, [...ids, {}])).toEqual(['must name at most 10000 jobs']);
  });

  it('is cut to each job once, in the order first listed', () => {
    const { jobs } = intentOf({ operation: 'drs.start', jobs: ['b', at('a', '5'), 'c'] });
    expect(distinct([...jobs, ...jobs.toReversed()])).toEqual(jobs);
  });
});

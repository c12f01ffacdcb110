import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVendorRequest } from '../../shared/intent/vendor-request.ts';
import { parseJson } from '../../shared/json/json.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { oddJson } from '../support/arbitraries.ts';
import { plainJob } from '../support/fixtures.ts';
import { PROJECT } from '../support/messages.ts';

const read = (operation: OperationName, body: unknown, project: unknown = PROJECT) =>
  readVendorRequest(OPERATIONS[operation], project, body);

const faults = (...of: Parameters<typeof read>) => {
  const reading = read(...of);
  return reading.ok ? [] : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};
const requestOf = (...of: Parameters<typeof read>) => {
  const reading = read(...of);
  return reading.ok ? reading.request : reading.faults;
};

const optioned = (job: string | object): object =>
  typeof job === 'string' ? { job_id: job } : job;

const DLI_ID = 'must be a DLI job id: an integer from 0 to 9223372036854775807';

describe('a field that the call could not carry is refused by name (P5)', () => {
  const UNKNOWN = 'is not a known field';

  it('at any depth; also the flag of another operation', () => {
    expect(faults('dli.stop', { job_ids: [128], triggerSavepoint: true })).toEqual([
      `#/triggerSavepoint: ${UNKNOWN}`,
    ]);
    expect(faults('dli.run', { job_ids: [131], trigger_savepoint: false, constructor: 1 })).toEqual(
      [`#/trigger_savepoint: ${UNKNOWN}`, `#/constructor: ${UNKNOWN}`],
    );
    const jobs = ['speed', 'isOnlyInitTask', 'constructor'].map((key) => ({
      job_id: 'a',
      [key]: true,
    }));
    expect(faults('drs.start', { jobs, options: {} })).toEqual([
      `#/options: ${UNKNOWN}`,
      `#/jobs/0/speed: ${UNKNOWN}`,
      `#/jobs/1/isOnlyInitTask: ${UNKNOWN}`,
      `#/jobs/2/constructor: ${UNKNOWN}`,
    ]);
  });

  it.each(operations)('$name: null counts as absent, whatever the field', ({ name, service }) => {
    const job = plainJob(name, '5');
    const nothing = {
      resume_savepoint: null,
      trigger_savepoint: null,
      is_only_init_task: null,
      '': null,
      constructor: null,
    };
    const body =
      service === 'drs'
        ? { jobs: [{ start_time: null, ...nothing, ...optioned(job) }], ...nothing }
        : { job_ids: [5], ...nothing };
    expect(requestOf(name, body)).toEqual({
      operation: name,
      project_id: PROJECT,
      jobs: [job],
      options: {},
    });
  });
});

describe('the options of a task are sacred (P5)', () => {
  const FLAGS = ['is_only_init_task', 'is_auto_create_compare'];
  const jobOf = (part: object) => requestOf('drs.start', { jobs: [{ job_id: 'a', ...part }] });

  it.each([undefined, true, false])('%s is kept as it is, and never added', (value) => {
    for (const name of FLAGS) {
      const part = value === undefined ? {} : { [name]: value };
      const job = value === undefined ? 'a' : { job_id: 'a', ...part };
      expect(jobOf(part)).toHaveProperty('jobs', [job]);
      expect(jobOf({ ...part, start_time: '' })).toHaveProperty('jobs', [job]);
    }
  });

  it('all options of a task travel together', () => {
    const job = {
      job_id: 'a',
      start_time: '5',
      is_only_init_task: true,
      is_auto_create_compare: false,
    };
    expect(jobOf(job)).toHaveProperty('jobs', [job]);
  });

  it.each([['true'], ['false'], [0], [1], [''], [{}], [[]]])('%j is no flag', (value) => {
    for (const name of FLAGS)
      expect(faults('drs.start', { jobs: [{ job_id: 'a', [name]: value }] })).toEqual([
        `#/jobs/0/${name}: must be true or false`,
      ]);
  });

  it('a task that is listed twice with different options is refused', () => {
    const listed = [{}, { is_only_init_task: false }, { is_only_init_task: true }];
    for (const [i, one] of listed.entries())
      for (const [j, other] of listed.entries())
        expect(
          faults('drs.start', { jobs: [one, other].map((part) => ({ job_id: 'a', ...part })) }),
        ).toEqual(
          i === j ? [] : ['#/jobs/1: names a job that is listed before with other options'],
        );
  });
});

describe('a request is read as the vendor reads it', () => {
  it('repeated ids are kept, since the answer has an element for each', () => {
    expect(requestOf('dli.run', { job_ids: [131, 130, 131] })).toHaveProperty('jobs', [
      '131',
      '130',
      '131',
    ]);
    expect(requestOf('drs.start', { jobs: [{ job_id: 'a' }, { job_id: 'a' }] })).toHaveProperty(
      'jobs',
      ['a', 'a'],
    );
  });

  it('64-bit ids are exact (P9)', () => {
    const parsed = parseJson(
      '{"job_ids":[9223372036854775807,9007199254740993,"9007199254740993",0]}',
    );
    expect(parsed.ok && requestOf('dli.stop', parsed.value)).toHaveProperty('jobs', [
      '9223372036854775807',
      '9007199254740993',
      '9007199254740993',
      '0',
    ]);
  });

  it.each([
    [{}, 'a'],
    [{ start_time: null }, 'a'],
    [{ start_time: '' }, 'a'],
    [{ start_time: '1599202771816' }, { job_id: 'a', start_time: '1599202771816' }],
    [{ start_time: '0' }, { job_id: 'a', start_time: '0' }],
  ])('an empty start time counts as absent: %j', (part, job) => {
    expect(requestOf('drs.start', { jobs: [{ job_id: 'a', ...part }] })).toHaveProperty('jobs', [
      job,
    ]);
  });
});

describe.each([
  ['dli.run', 'resume_savepoint'],
  ['dli.stop', 'trigger_savepoint'],
] as const)('the flag of %s is sacred (P5)', (operation, flag) => {
  it.each([
    [{}, {}],
    [{ [flag]: null }, {}],
    [{ [flag]: false }, { [flag]: false }],
    [{ [flag]: true }, { [flag]: true }],
  ])('%j → %j', (part, options) => {
    expect(requestOf(operation, { job_ids: [1], ...part })).toHaveProperty('options', options);
  });

  it.each([['true'], ['false'], [0], [1], [''], [{}], [[]]])('%j is no flag', (value) => {
    expect(faults(operation, { job_ids: [1], [flag]: value })).toEqual([
      `#/${flag}: must be true or false`,
    ]);
  });
});

describe('every fault is named, each in its place', () => {
  it('in a DLI request', () => {
    const body = {
      job_ids: [1, -1, 1.5, null, 'x', 9223372036854775808n, 2 ** 60],
      resume_savepoint: 'yes',
    };
    expect(faults('dli.run', body, 'a/b')).toEqual([
      '{project_id}: must be a project id: 1 to 64 letters, digits, hyphens or underscores',
      ...[1, 2, 3, 4, 5].map((i) => `#/job_ids/${i}: ${DLI_ID}`),
      '#/job_ids/6: is too large for a JSON number to hold exactly: send it as a string',
      '#/resume_savepoint: must be true or false',
    ]);
  });

  it('in a DRS request', () => {
    const jobs = ['a', { job_id: 'a/b' }, {}, null, { job_id: 'c', start_time: 1599202771816 }];
    expect(faults('drs.start', { jobs })).toEqual([
      '#/jobs/0: must be an object with a job_id',
      '#/jobs/1/job_id: must be a DRS task id: a string of 1 to 64 letters, digits, hyphens or underscores',
      '#/jobs/2/job_id: is required',
      '#/jobs/3: must be an object with a job_id',
      '#/jobs/4/start_time: must be a string of milliseconds since 1970',
    ]);
  });

  it('for a task that is listed twice with different times', () => {
    const jobs = [{ job_id: 'a' }, { job_id: 'a', start_time: '5' }];
    expect(faults('drs.start', { jobs })).toEqual([
      '#/jobs/1: names a job that is listed before with other options',
    ]);
  });

  it.each([[null], ['x'], [7]])('%j is no request', (body) => {
    for (const { name } of operations)
      expect(faults(name, body)).toEqual(['#: must be a JSON object']);
  });

  it('a bare list of ids is no request', () => {
    for (const { name } of operations) expect(faults(name, [131])).toHaveLength(1);
  });

  it.each([
    [{}, '#/job_ids: is required'],
    [{ job_ids: [] }, '#/job_ids: must name at least one job'],
    [{ job_ids: 131 }, '#/job_ids: must be an array'],
    [{ job_ids: null }, '#/job_ids: is required'],
    [{ job_ids: new Array(10_001).fill('x') }, '#/job_ids: must name at most 10000 jobs'],
  ])('%#: %s', (body, fault) => {
    expect(faults('dli.stop', body)).toEqual([fault]);
  });

  it.each([['..'], ['.'], [''], ['a b'], ['%2e%2e'], ['x'.repeat(65)], [undefined], [null]])(
    'project %j is none',
    (project) => {
      expect(readVendorRequest(OPERATIONS['dli.run'], project, { job_ids: [1] })).toMatchObject({
        ok: false,
        faults: [{ pointer: '{project_id}' }],
      });
    },
  );

  it('the readers never throw', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), (odd, other) => {
        for (const { name } of operations)
          for (const body of [
            odd,
            { job_ids: odd },
            { job_ids: [odd] },
            { jobs: [other] },
            { jobs: [{ job_id: odd, start_time: other }] },
          ]) {
            const reading = read(name, body);
            expect(reading.ok || reading.faults.length > 0).toBe(true);
          }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../shared/json/json.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { oddJson, wish } from '../support/arbitraries.ts';
import { PROJECT } from '../support/messages.ts';
import { faultsOf, readBody, requestOf } from '../support/requests.ts';

const good = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };
const task = { operation: 'drs.start', project_id: PROJECT, jobs: ['a'] };
const DLI_ID = 'must be a DLI job id: an integer from 0 to 9223372036854775807';

describe('a native request is read whole', () => {
  it('with every field', () => {
    const whole = {
      ...good,
      jobs: [131, '130', { job_id: 138 }, 9223372036854775807n],
      options: { resume_savepoint: true },
      expires_at: '2026-02-01T14:00:00+02:00',
      correlation_id: 'release 7',
    };
    expect(requestOf(whole)).toEqual({
      ...whole,
      jobs: ['131', '130', '138', '9223372036854775807'],
      expires_at: '2026-02-01T12:00:00.000Z',
    });
  });

  it('with job options', () => {
    const jobs = ['a', { job_id: 'b', start_time: '1599202771816' }, { job_id: 'c' }];
    expect(requestOf({ ...task, jobs })).toEqual({
      ...task,
      jobs: ['a', jobs[1], 'c'],
      options: {},
    });
  });

  it('for any intent', () => {
    fc.assert(
      fc.property(wish(), ({ age, caller, accepted_at, expires_at, ...asked }) => {
        expect(requestOf(asked)).toEqual({ ...asked });
      }),
    );
  });

  it.each([['131'], ['9223372036854775807'], ['0'], ['9007199254740993']])(
    'job %s is the same id as a text, as a number and as an integer of 64 bits',
    (id) => {
      const parsed = parseJson(`{"jobs":[${id},"${id}"]}`);
      const jobs = parsed.ok ? parsed.value : undefined;
      expect(requestOf({ ...good, ...(jobs as object) })).toMatchObject({ jobs: [id, id] });
      expect(requestOf({ ...good, jobs: [BigInt(id)] })).toMatchObject({ jobs: [id] });
    },
  );
});

describe('flags are sacred (P5)', () => {
  it('absent, false and true stay apart', () => {
    const optionsOf = (options?: object) => requestOf({ ...good, ...(options && { options }) });
    expect(optionsOf()).toHaveProperty('options', {});
    expect(optionsOf({})).toHaveProperty('options', {});
    expect(optionsOf({ resume_savepoint: false })).toHaveProperty('options', {
      resume_savepoint: false,
    });
    expect(optionsOf({ resume_savepoint: true })).toHaveProperty('options', {
      resume_savepoint: true,
    });
  });

  it.each([[null], ['true'], [1], [0], ['']])('%j is no flag', (resume_savepoint) => {
    expect(faultsOf({ ...good, options: { resume_savepoint } })).toEqual([
      '#/options/resume_savepoint: must be true or false',
    ]);
  });

  it('the flag of another operation is refused', () => {
    expect(faultsOf({ ...good, options: { trigger_savepoint: true } })).toEqual([
      '#/options/trigger_savepoint: is not a known field',
    ]);
  });

  it.each([[null], [[]], ['x'], [true]])('options must be an object, not %j', (options) => {
    expect(faultsOf({ ...good, options })).toEqual(['#/options: must be an object']);
  });
});

describe('every fault is named, each in its place', () => {
  it('all at once', () => {
    const reading = faultsOf({
      operation: 'dli.run',
      project_id: '../secret',
      jobs: [-1, 1.5, 'x', null, { job_id: '7', speed: 1 }, {}],
      options: { resume_savepoint: 'yes', 'a/b~c': 1 },
      expires_at: 'tomorrow',
      correlation_id: 'é',
      priority: 1,
    });
    expect(reading).toEqual([
      '#/priority: is not a known field',
      '#/project_id: must be a project id: 1 to 64 letters, digits, hyphens or underscores',
      ...[0, 1, 2, 3].map((i) => `#/jobs/${i}: ${DLI_ID}`),
      '#/jobs/4/speed: is not a known field',
      '#/jobs/5/job_id: is required',
      '#/options/a~1b~0c: is not a known field',
      '#/options/resume_savepoint: must be true or false',
      '#/expires_at: is not ISO 8601: write it as 2026-01-31T12:00:00Z',
      '#/correlation_id: must be 1 to 128 printable ASCII characters',
    ]);
  });

  it('keys that tracers and editors add are no faults, and are not carried', () => {
    const added = { _datadog: { 'x-datadog-trace-id': '5' }, $schema: 'https://example.com', _: 1 };
    expect(
      requestOf({
        ...good,
        ...added,
        jobs: [{ job_id: 131, ...added }],
        options: { resume_savepoint: true, ...added },
      }),
    ).toEqual({ ...good, jobs: ['131'], options: { resume_savepoint: true } });
    expect(requestOf({ ...task, jobs: [{ job_id: 'a', start_time: '5', ...added }] })).toEqual({
      ...task,
      jobs: [{ job_id: 'a', start_time: '5' }],
      options: {},
    });
  });

  it('added keys do not replace required fields', () => {
    expect(faultsOf({ ...good, jobs: [{ _job_id: 131 }], _options: 1, $operation: 'x' })).toEqual([
      '#/jobs/0/job_id: is required',
    ]);
  });

  it.each([['__proto__'], ['a_'], ['a$'], [''], [' _x'], ['datadog']])(
    'a key %j is the caller’s own',
    (key) => {
      const body = JSON.parse(JSON.stringify(good).replace('{', `{${JSON.stringify(key)}:1,`));
      expect(faultsOf(body)).toEqual([`#/${encodeURIComponent(key)}: is not a known field`]);
    },
  );

  it('an empty object lacks three fields', () => {
    expect(faultsOf({})).toEqual([
      '#/operation: is required',
      '#/project_id: is required',
      '#/jobs: is required',
    ]);
  });

  it('an unknown operation does not hide what is wrong with its jobs and options', () => {
    const asked = { operation: 'dli.fly', project_id: 'p', options: [] };
    const operation = expect.stringMatching(/^#\/operation: must be one of/);
    expect(faultsOf({ ...asked, jobs: [] })).toEqual([
      operation,
      '#/jobs: must name at least one job',
      '#/options: must be an object',
    ]);
    const jobs = ['a', 131, { job_id: 'b' }, null, '', {}, { job_id: 1.5 }];
    expect(faultsOf({ ...asked, options: {}, jobs })).toEqual([
      operation,
      ...[3, 4, 5, 6].map((i) => `#/jobs/${i}: must be a job id, or an object with a job_id`),
    ]);
  });

  it('a job with two wishes is named beside items that are no jobs', () => {
    const jobs = [{ job_id: 'a', start_time: '1' }, { job_id: 'a', start_time: '2' }, 'b', 7];
    const [first, ...others] = faultsOf({ operation: 'drs.start', project_id: 'p', jobs });
    expect(first).toMatch(/^#\/jobs\/3: /);
    expect(others).toEqual(['#/jobs/1: names a job that is listed before with other options']);
  });

  it('an unknown operation does not hide the other faults', () => {
    expect(faultsOf({ operation: 'dli.fly', project_id: 5, extra: 1 })).toEqual([
      '#/extra: is not a known field',
      `#/operation: must be one of ${Object.keys(OPERATIONS).join(', ')}`,
      '#/project_id: must be a project id: 1 to 64 letters, digits, hyphens or underscores',
      '#/jobs: is required',
    ]);
  });

  it.each([['constructor'], ['__proto__'], ['toString'], [null], [1], [['dli.run']]])(
    'operation %j is none',
    (operation) => {
      expect(faultsOf({ ...good, operation })).toEqual([
        `#/operation: must be one of ${Object.keys(OPERATIONS).join(', ')}`,
      ]);
    },
  );

  it.each([[null], [[]], ['{}'], [7], [undefined], [true]])('%j is no request', (body) => {
    expect(faultsOf(body)).toEqual(['#: must be a JSON object']);
  });

  it('a project id cannot escape from the path', () => {
    for (const project_id of [
      'a/b',
      '..',
      '.',
      '',
      'a b',
      'a%2Fb',
      'é',
      'x'.repeat(65),
      'a\n',
      null,
      5,
      ['a'],
    ])
      expect(faultsOf({ ...good, project_id })).toHaveLength(1);
  });

  it('the reader never throws', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), oddJson(), (odd, jobs, options) => {
        for (const body of [
          odd,
          { ...good, jobs },
          { ...good, options },
          { ...task, jobs: [jobs] },
        ]) {
          const reading = readBody(body);
          expect(reading.ok || reading.faults.length > 0).toBe(true);
        }
      }),
    );
  });
});

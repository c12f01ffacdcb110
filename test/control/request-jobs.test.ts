import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/messages.ts';
import { faultsOf, requestOf } from '../support/requests.ts';

const good = { operation: 'dli.run', project_id: PROJECT };
const task = { operation: 'drs.start', project_id: PROJECT };
const DLI_ID = 'must be a DLI job id: an integer from 0 to 9223372036854775807';

describe('a job is named exactly or not at all (P9)', () => {
  const TOO_LARGE = 'is too large for a JSON number to hold exactly: send it as a string';

  it.each([
    [-1, DLI_ID],
    [1.5, DLI_ID],
    ['', DLI_ID],
    ['007', DLI_ID],
    ['+1', DLI_ID],
    ['-1', DLI_ID],
    ['1e3', DLI_ID],
    ['0x10', DLI_ID],
    [' 1', DLI_ID],
    ['1\n', DLI_ID],
    ['9223372036854775808', DLI_ID],
    ['99999999999999999999', DLI_ID],
    [9223372036854775808n, DLI_ID],
    [-9007199254740993n, DLI_ID],
    [null, DLI_ID],
    [true, DLI_ID],
    [[131], DLI_ID],
    [2 ** 53, TOO_LARGE],
    [1e19, TOO_LARGE],
  ])('DLI job %s', (job, detail) => {
    expect(faultsOf({ ...good, jobs: [job] })).toEqual([`#/jobs/0: ${detail}`]);
  });

  it.each([[131], [131n], [''], ['a.b'], ['a/b'], ['x'.repeat(65)], [null], ['é']])(
    'DRS task %s',
    (job) => {
      expect(faultsOf({ ...task, jobs: [job] })).toEqual([
        '#/jobs/0: must be a DRS task id: a string of 1 to 64 letters, digits, hyphens or underscores',
      ]);
    },
  );
});

describe('a list holds 1 to 10,000 jobs', () => {
  it.each([
    [[], '#/jobs: must name at least one job'],
    [{}, '#/jobs: must be an array'],
    ['131', '#/jobs: must be an array'],
    [131, '#/jobs: must be an array'],
    [null, '#/jobs: must be an array'],
  ])('%j', (jobs, fault) => {
    expect(faultsOf({ ...good, jobs })).toEqual([fault]);
  });

  it('ten thousand pass, one more is one fault, however wrong the rest', () => {
    expect(
      requestOf({ ...good, jobs: Array.from({ length: 10_000 }, (_, i) => i) }),
    ).toHaveProperty('jobs.9999', '9999');
    expect(faultsOf({ ...good, jobs: new Array(10_001).fill('wrong') })).toEqual([
      '#/jobs: must name at most 10000 jobs',
    ]);
  });

  it('repetitions are kept for the answer', () => {
    expect(requestOf({ ...good, jobs: [131, '131', { job_id: 131 }] })).toHaveProperty('jobs', [
      '131',
      '131',
      '131',
    ]);
  });

  it.each([
    [
      [
        { job_id: 'a', start_time: '1' },
        { job_id: 'a', start_time: '2' },
      ],
      1,
    ],
    [['a', 'b', { job_id: 'a', start_time: '1' }], 2],
    [[{ job_id: 'a', start_time: '1' }, { job_id: 'a' }], 1],
    [['a', { job_id: 'a', is_only_init_task: false }], 1],
    [
      [
        { job_id: 'a', is_auto_create_compare: true },
        { job_id: 'a', is_auto_create_compare: false },
      ],
      1,
    ],
  ])('a job listed again with other options is refused: %j', (jobs, at) => {
    expect(faultsOf({ ...task, jobs })).toEqual([
      `#/jobs/${at}: names a job that is listed before with other options`,
    ]);
  });

  it('with the same options it is folded', () => {
    const twice = { job_id: 'a', start_time: '1' };
    expect(
      faultsOf({ ...task, jobs: [twice, { start_time: '1', job_id: 'a' }, 'b', 'b'] }),
    ).toEqual([]);
  });

  it.each(['is_only_init_task', 'is_auto_create_compare'])('%s is a flag of a task', (name) => {
    for (const value of [true, false]) {
      const jobs = [{ job_id: 'a', [name]: value }];
      expect(requestOf({ ...task, jobs })).toEqual({ ...task, jobs, options: {} });
    }
    for (const value of [null, 'true', 1, {}])
      expect(faultsOf({ ...task, jobs: [{ job_id: 'a', [name]: value }] })).toEqual([
        `#/jobs/0/${name}: must be true or false`,
      ]);
  });

  it.each([[''], [null], [5], ['12345678901234567'], ['-1'], ['1.5'], ['soon']])(
    'start_time %j is none',
    (start_time) => {
      expect(faultsOf({ ...task, jobs: [{ job_id: 'a', start_time }] })).toEqual([
        '#/jobs/0/start_time: must be a string of milliseconds since 1970',
      ]);
    },
  );
});

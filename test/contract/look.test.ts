import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import {
  type JobId,
  jobIdOf,
  type OperationName,
  type Service,
} from '../../shared/operations/operation.ts';
import { plainJob } from '../support/fixtures.ts';
import { intentOf, PROJECT } from '../support/messages.ts';
import { askedOf, replied, reply } from '../support/replies.ts';
import { wordOf } from '../support/sightings.ts';

const { project_id: project } = intentOf({});

const namesOf = (service: Service): readonly OperationName[] =>
  operations.flatMap((row) => (row.service === service ? [row.name] : []));

const idsOf = (operation: OperationName, jobs: readonly string[]): readonly JobId[] =>
  intentOf({ operation, jobs: jobs.map((id) => plainJob(operation, id)) }).jobs.map(jobIdOf);

const decode = (operation: OperationName, jobs: readonly string[], status: number, body: unknown) =>
  Object.fromEntries(
    Array.from(
      OPERATIONS[operation].look.decode(idsOf(operation, jobs), replied(status, body)),
      ([job, sighting]) => [job, wordOf(sighting)],
    ),
  );

describe.each(namesOf('dli'))("%s looks at the job's detail", (operation) => {
  const { look } = OPERATIONS[operation];
  const detail = (status: unknown) => ({ is_success: 'true', job_detail: { job_id: 131, status } });

  it('one by one, by exact ids', () => {
    expect(look.maxJobs).toBe(1);
    expect(look.request(project, idsOf(operation, ['9223372036854775807']))).toEqual({
      project,
      service: 'dli',
      method: 'GET',
      path: `/v1.0/${PROJECT}/streaming/jobs/9223372036854775807`,
    });
  });

  it('and reads its status, however it is written', () => {
    expect(decode(operation, ['131'], 200, detail('job_running'))).toEqual({ 131: 'job_running' });
    expect(decode(operation, ['131'], 200, detail('JOB_RUNNING'))).toEqual({ 131: 'job_running' });
  });

  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ['1700000000000', 1_700_000_000_000],
    [0, undefined],
    [null, undefined],
    ['soon', undefined],
    [[], undefined],
  ])('and when it was last started, %j: %s', (start_time, startedAt) => {
    const body = { job_detail: { status: 'job_finish', start_time } };
    const told = look.decode(idsOf(operation, ['131']), replied(200, body));
    expect([...told.values()]).toEqual([
      { kind: 'told', status: 'job_finish', ...(startedAt !== undefined && { startedAt }) },
    ]);
  });

  it.each(['DLI.0002', 'DLI.0023', 'DLI.16001', 'DLI.12004'])(
    '%s: there is no such job',
    (code) => {
      const body = { error_code: code, error_msg: 'words' };
      for (const status of [400, 404])
        for (const shape of [body, [body]])
          expect(decode(operation, ['131'], status, shape)).toEqual({ 131: 'missing' });
    },
  );

  it.each([
    ['a throttle', 429, { error_code: 'APIGW.0308', error_msg: 'words' }],
    ['a server error', 400, { error_code: 'DLI.0999', error_msg: 'words' }],
    ['no detail', 200, { is_success: 'true', message: '' }],
    ['a detail without status', 200, detail(undefined)],
    ['a status that is none', 200, detail(7)],
    ['a list', 200, [detail('job_running')]],
    [
      'two rows that say that it is not there',
      400,
      [{ error_code: 'DLI.0002' }, { error_code: 'DLI.0002' }],
    ],
    ['HTML', 502, '<html>job_running</html>'],
  ])('%s tells nothing', (_, status, body) => {
    expect(decode(operation, ['131'], status, body)).toEqual({});
  });
});

describe.each(namesOf('drs'))('%s looks at the statuses of a page of tasks', (operation) => {
  const { look } = OPERATIONS[operation];
  const ids = Array.from({ length: 100 }, (_, i) => `task-${i}`);

  it('a hundred in one request, which says so: five is the default', () => {
    expect(look.maxJobs).toBe(100);
    const { body = '', project: _, ...request } = look.request(project, idsOf(operation, ids));
    expect(request).toEqual({
      service: 'drs',
      method: 'POST',
      path: `/v3/${PROJECT}/jobs/batch-status`,
    });
    expect(JSON.parse(body)).toEqual({ jobs: ids, page_req: { cur_page: 1, per_page: 100 } });
  });

  it('matched by id, never by place; those alone that were asked for', () => {
    const rows = [
      { id: 'c', status: 'INCRE_TRANSFER_STARTED' },
      { id: 'x', status: 'CONFIGURATION' },
      { id: 'a', status: 'configuration' },
    ];
    const told = { a: 'CONFIGURATION', c: 'INCRE_TRANSFER_STARTED' };
    for (const list of ['results', 'jobs'])
      expect(decode(operation, ['a', 'b', 'c'], 200, { [list]: rows, count: 3 })).toEqual(told);
  });

  it.each(['DRS.M00289', 'DRS.M05003', 'DRS.M05004'])(
    '%s: there is no such task, at whatever status',
    (error_code) => {
      const results = [
        { id: 'a', error_code, error_message: 'words' },
        { id: 'b', status: 'CONFIGURATION' },
      ];
      for (const status of [200, 400, 404])
        expect(decode(operation, ['a', 'b'], status, { results })).toEqual({
          a: 'missing',
          b: 'CONFIGURATION',
        });
    },
  );

  it('nor is there the only one asked for, where the whole answer says so', () => {
    const body = { error_code: 'DRS.M00289', error_msg: 'words' };
    expect(decode(operation, ['a'], 400, body)).toEqual({ a: 'missing' });
    expect(decode(operation, ['a', 'b'], 400, body)).toEqual({});
    const results = [{ id: 'a', status: 'CONFIGURATION' }];
    expect(decode(operation, ['a'], 400, { ...body, results })).toEqual({ a: 'CONFIGURATION' });
  });

  it.each([
    ['another error in the row', 200, { results: [{ id: 'a', error_code: 'DRS.M00004' }] }],
    ['a throttle', 400, { error_code: 'DRS.M01503', error_msg: 'words' }],
    ['nothing', 200, {}],
    ['HTML', 502, '<html></html>'],
  ])('%s tells nothing', (_, status, body) => {
    expect(decode(operation, ['a'], status, body)).toEqual({});
  });
});

describe.each(operations)('whatever comes back to a look of $name', ({ name, look }) => {
  it('it never throws, and tells of no job but those asked for', () => {
    const exchange = askedOf(name).chain((asked) =>
      fc.tuple(fc.constant(idsOf(name, asked).slice(0, look.maxJobs)), reply(asked)),
    );
    fc.assert(
      fc.property(exchange, ([ids, answer]) => {
        for (const [id, sighting] of look.decode(ids, answer)) {
          expect(ids).toContain(id);
          expect(wordOf(sighting)).not.toBe('');
        }
      }),
    );
  });

  it('silence tells nothing', () => {
    expect(look.decode(idsOf(name, ['1']), { kind: 'silent', reason: 'timeout' }).size).toBe(0);
  });
});

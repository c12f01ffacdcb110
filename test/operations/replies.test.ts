import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { jobIdOf, type OperationName } from '../../shared/operations/operation.ts';
import { MISSING, told } from '../../shared/operations/sighting.ts';
import { UNSPECIFIED } from '../../shared/reply/rows.ts';
import { plainJob } from '../support/fixtures.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const jobsOf = (operation: OperationName, ids: readonly string[]) =>
  intentOf({ operation, jobs: ids.map((id) => plainJob(operation, id)) }).jobs;

describe('a refused job is answered in the words of the vendor', () => {
  const answered = (name: OperationName, code: string) =>
    OPERATIONS[name].answer(jobsOf(name, ['1']), 'en-us', () => ({ code, message: 'words' })).body;

  it('DLI: in both of its forms, and without a code if there is none', () => {
    const said = { is_success: 'false', message: 'words' };
    expect(answered('dli.run', 'DLI.1')).toEqual([
      { ...said, error_code: 'DLI.1', error_msg: 'words' },
    ]);
    expect(answered('dli.run', UNSPECIFIED)).toEqual([said]);
  });

  it('DRS: under both names of the list, and without a code if there is none', () => {
    const said = { id: '1', status: 'failed', error_msg: 'words' };
    const of = (row: object) => ({ results: [row], jobs: [row], count: 1 });
    expect(answered('drs.start', 'DRS.1')).toEqual(of({ ...said, error_code: 'DRS.1' }));
    expect(answered('drs.start', UNSPECIFIED)).toEqual(of(said));
  });
});

describe('one row of a reply tells of one job', () => {
  const read = (name: OperationName, rows: unknown) => {
    const asked = jobsOf(name, ['1', '2']).map(jobIdOf);
    const [verdict] = OPERATIONS[name].decode(asked, replied(200, rows)).verdicts;
    if (verdict?.kind === 'rejected') return [verdict.error.code, verdict.error.message];
    return verdict?.kind;
  };
  const dli = (row: unknown) => read('dli.run', [row, { is_success: 'true' }]);
  const drs = (row: object) => read('drs.start', { results: [{ id: '1', ...row }] });

  it.each([
    [{ is_success: 'true' }, 'delivered'],
    [{ is_success: 'TRUE' }, 'delivered'],
    [{ is_success: true }, 'delivered'],
    [{ is_success: 'true', error_code: '' }, 'delivered'],
    [{ is_success: 'true', error_code: 'DLI.1' }, 'unanswered'],
    [{ is_success: true, error_code: 'DLI.1' }, 'unanswered'],
    [{ is_success: 'false', message: 'words' }, [UNSPECIFIED, 'words']],
    [{ is_success: false }, [UNSPECIFIED, '']],
    [{ is_success: 'False', error_code: 'DLI.1', error_msg: 'words' }, ['DLI.1', 'words']],
    [{ error_code: 'DLI.1' }, ['DLI.1', '']],
    [{ error_code: 5, error_msg: 'words' }, 'unanswered'],
    [{ is_success: 'yes' }, 'unanswered'],
    [{ is_success: 1 }, 'unanswered'],
    [{}, 'unanswered'],
    [null, 'unanswered'],
    ['true', 'unanswered'],
  ])('DLI: %j', (row, verdict) => {
    expect(dli(row)).toEqual(verdict);
  });

  it.each([
    [{ status: 'success' }, 'delivered'],
    [{ status: 'SUCCESS', error_code: '' }, 'delivered'],
    [{ status: 'success', error_code: 'DRS.1' }, 'unanswered'],
    [{ status: 'failed', error_code: 'DRS.1', error_msg: 'words' }, ['DRS.1', 'words']],
    [{ status: 'Failed', error_message: 'words' }, [UNSPECIFIED, 'words']],
    [{ status: 'failed', error_code: '', error_msg: 'a', error_message: 'b' }, [UNSPECIFIED, 'a']],
    [{ error_code: 'DRS.1' }, ['DRS.1', '']],
    [{ status: 'running' }, 'unanswered'],
    [{ status: 'running', error_code: 'DRS.1' }, 'unanswered'],
    [{ status: 5 }, 'unanswered'],
    [{}, 'unanswered'],
  ])('DRS: %j', (row, verdict) => {
    expect(drs(row)).toEqual(verdict);
  });

  it.each([[[]], [[{ is_success: 'true' }, { is_success: 'true' }]]])(
    'DRS: a list, as DLI sends it, tells of no task, and the reason says so: %j',
    (body) => {
      const asked = jobsOf('drs.start', ['1', '2']).map(jobIdOf);
      const { verdicts } = OPERATIONS['drs.start'].decode(asked, replied(200, body));
      const silent = { kind: 'unanswered', served: 'maybe', reason: 'status 200 and no object' };
      expect(verdicts).toEqual([silent, silent]);
    },
  );

  it('DRS: an error is of the whole call only if no row stands beside it', () => {
    const error = { error_code: 'DRS.1', error_msg: 'words' };
    const asked = jobsOf('drs.start', ['1', '2']).map(jobIdOf);
    const kinds = (rows: object) =>
      OPERATIONS['drs.start']
        .decode(asked, replied(400, { ...error, ...rows }))
        .verdicts.map(({ kind }) => kind);
    expect(kinds({})).toEqual(['rejected', 'rejected']);
    expect(kinds({ results: [{ id: '2', status: 'success' }] })).toEqual([
      'unanswered',
      'delivered',
    ]);
  });
});

describe('a look', () => {
  const AT = 1_769_860_800_000;
  const looked = (name: OperationName, ids: readonly string[], body: unknown, status = 200) => {
    const { look } = OPERATIONS[name];
    return Object.fromEntries(look.decode(jobsOf(name, ids).map(jobIdOf), replied(status, body)));
  };
  const running = { status: 'Job_Running', start_time: AT };

  it.each([
    [{ job_detail: running }, { 1: told('job_running', AT) }],
    [{ job_detail: { status: 'job_init' } }, { 1: told('job_init') }],
    [{ job_detail: { status: 5 } }, {}],
    [{ job_detail: 'job_init' }, {}],
    [[{ job_detail: running }], {}],
    [{ error_code: 'DLI.0002' }, { 1: MISSING }],
    [{ error_code: 'DLI.0023' }, { 1: MISSING }],
    [{ error_code: 'DLI.16001' }, { 1: MISSING }],
    [{ error_code: 'DLI.12004' }, { 1: MISSING }],
    [[{ error_code: 'DLI.0002' }], { 1: MISSING }],
    [[{ error_code: 'DLI.0002' }, {}], {}],
    [{ error_code: 'DLI.0999', job_detail: running }, {}],
    [{ error_code: 5, job_detail: running }, { 1: told('job_running', AT) }],
    [null, {}],
  ])('at a DLI job: %j', (body, seen) => {
    expect(looked('dli.run', ['1'], body)).toEqual(seen);
  });

  it.each([
    [['a'], { results: [{ id: 'a', status: 'paused' }] }, { a: told('PAUSED') }],
    [['a'], { jobs: [{ job_id: 'a', status: 'PAUSED' }] }, { a: told('PAUSED') }],
    [['a', 'b'], { results: [{ id: 'b', error_code: 'DRS.M00289' }] }, { b: MISSING }],
    [
      ['a', 'b'],
      {
        results: [
          { id: 'a', error_code: 'DRS.M05003' },
          { id: 'b', error_code: 'DRS.M05004' },
        ],
      },
      { a: MISSING, b: MISSING },
    ],
    [['a'], { results: [{ id: 'a', error_code: 'DRS.1' }] }, {}],
    [['a'], { results: [{ id: 'a', status: '' }] }, {}],
    [['a'], { error_code: 'DRS.M00289' }, { a: MISSING }],
    [['a'], { error_code: 'DRS.1' }, {}],
    [['a', 'b'], { error_code: 'DRS.M00289' }, {}],
    [['a'], { error_code: 'DRS.M00289', results: [{ id: 'a', status: 'on' }] }, { a: told('ON') }],
    [['a'], { status: 'on' }, {}],
    [['a'], [{ id: 'a', status: 'on' }], {}],
  ])('at DRS tasks: %j, %j', (ids, body, seen) => {
    expect(looked('drs.start', ids, body)).toEqual(seen);
  });

  it('asks DLI for one job, and DRS for a page of tasks', () => {
    const { project_id } = intentOf({});
    const asked = (name: OperationName) =>
      OPERATIONS[name].look.request(project_id, jobsOf(name, ['1', '2']).map(jobIdOf));
    expect(asked('dli.stop')).toEqual({
      service: 'dli',
      project: project_id,
      method: 'GET',
      path: `/v1.0/${project_id}/streaming/jobs/1`,
    });
    expect(asked('drs.stop')).toEqual({
      service: 'drs',
      project: project_id,
      method: 'POST',
      path: `/v3/${project_id}/jobs/batch-status`,
      body: '{"jobs":["1","2"],"page_req":{"cur_page":1,"per_page":100}}',
    });
    expect([OPERATIONS['dli.run'].look.maxJobs, OPERATIONS['drs.start'].look.maxJobs]).toEqual([
      1, 100,
    ]);
  });
});

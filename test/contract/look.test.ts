import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../shared/core/json.ts';
import { type JobId, jobIdOf, MISSING, type OperationName } from '../../shared/core/operation.ts';
import { OPERATIONS, operations } from '../../shared/core/operations/index.ts';
import { anyText } from '../support/arbitraries.ts';
import { intentOf, PROJECT } from '../support/messages.ts';
import { askedOf, replied, reply } from '../support/replies.ts';

const { project_id: project } = intentOf({});

const idsOf = (operation: OperationName, jobs: readonly string[]): readonly JobId[] =>
  intentOf({ operation, jobs }).jobs.map(jobIdOf);

const decode = (operation: OperationName, jobs: readonly string[], status: number, body: unknown) =>
  Object.fromEntries(
    Array.from(
      OPERATIONS[operation].look.decode(idsOf(operation, jobs), replied(status, body)),
      ([job, sighting]) => [job, sighting.status],
    ),
  );

describe.each(['dli.run', 'dli.stop'] as const)("%s looks at the job's detail", (operation) => {
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
      { status: 'job_finish', ...(startedAt !== undefined && { startedAt }) },
    ]);
  });

  it.each(['DLI.0002', 'DLI.0023', 'DLI.16001', 'DLI.12004'])(
    '%s: there is no such job',
    (code) => {
      const body = { error_code: code, error_msg: 'words' };
      for (const status of [400, 404])
        for (const shape of [body, [body]])
          expect(decode(operation, ['131'], status, shape)).toEqual({ 131: MISSING });
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

describe('drs.start looks at the statuses of a page of tasks', () => {
  const { look } = OPERATIONS['drs.start'];
  const ids = Array.from({ length: 100 }, (_, i) => `task-${i}`);

  it('a hundred in one request, which says so: five is the default', () => {
    expect(look.maxJobs).toBe(100);
    const { body = '', project: _, ...request } = look.request(project, idsOf('drs.start', ids));
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
      expect(decode('drs.start', ['a', 'b', 'c'], 200, { [list]: rows, count: 3 })).toEqual(told);
  });

  it.each(['DRS.M05003', 'DRS.M05004'])('%s: there is no such task', (error_code) => {
    const results = [{ id: 'a', error_code, error_message: 'words' }];
    expect(decode('drs.start', ['a'], 200, { results })).toEqual({ a: MISSING });
  });

  it.each([
    ['another error in the row', 200, { results: [{ id: 'a', error_code: 'DRS.M00004' }] }],
    ['a throttle', 400, { error_code: 'DRS.M01503', error_msg: 'words' }],
    ['nothing', 200, {}],
    ['HTML', 502, '<html></html>'],
  ])('%s tells nothing', (_, status, body) => {
    expect(decode('drs.start', ['a'], status, body)).toEqual({});
  });
});

describe.each(operations)('whatever comes back to a look of $name', ({ name, look }) => {
  it('it never throws, and tells of no job but those asked for', () => {
    const exchange = askedOf(name).chain((asked) =>
      fc.tuple(fc.constant(idsOf(name, asked).slice(0, look.maxJobs)), reply(asked)),
    );
    fc.assert(
      fc.property(exchange, ([ids, answer]) => {
        for (const [id, { status }] of look.decode(ids, answer)) {
          expect(ids).toContain(id);
          expect(status).not.toBe('');
        }
      }),
    );
  });

  it('silence tells nothing', () => {
    expect(look.decode(idsOf(name, ['1']), { kind: 'silent', reason: 'timeout' }).size).toBe(0);
  });
});

/** By the vendor's lists of statuses: [took effect, had none]; any other tells nothing yet. */
const EFFECTS: Record<OperationName, readonly [taken: string, none: string]> = {
  'dli.run': [
    'job_submitting job_submit_fail job_running job_running_exception job_idle job_finish',
    'job_init job_cancel_success job_cancel_fail job_arrearage_stopped missing',
  ],
  'dli.stop': [
    'job_canceling job_savepointing job_cancel_success job_init job_submit_fail job_finish job_arrearage_stopped',
    'job_running job_running_exception job_idle job_cancel_fail missing',
  ],
  'drs.start': [
    'STARTJOBING WAITING_FOR_START START_JOB_FAILED FULL_TRANSFER_STARTED FULL_TRANSFER_FAILED FULL_TRANSFER_COMPLETE INCRE_TRANSFER_STARTED INCRE_TRANSFER_FAILED',
    'CONFIGURATION CREATE_FAILED RELEASE_RESOURCE_COMPLETE DELETED missing',
  ],
};

/** By the same lists: where a job is that is there already. */
const THERE: Record<OperationName, string> = {
  'dli.run': 'job_submitting job_running job_idle',
  'dli.stop': EFFECTS['dli.stop'][0],
  'drs.start':
    'STARTJOBING WAITING_FOR_START FULL_TRANSFER_STARTED FULL_TRANSFER_COMPLETE INCRE_TRANSFER_STARTED',
};

const OTHERS = {
  dli: 'job_downloading job_arrearage_recovering',
  drs: 'CREATING PAUSING PAUSEING RELEASE_RESOURCE_STARTED RELEASE_RESOURCE_FAILED CHANGE_JOB_STARTED CHANGE_JOB_FAILED CHILD_TRANSFER_STARTED',
};

describe.each(operations)('what a status tells of $name', (operation) => {
  const { name, service, isThere, restart } = operation;
  const effectOf = (status: string) => operation.effectOf({ status }, 0);
  const [taken, none] = EFFECTS[name].map((list) => list.split(' '));

  it('that it took effect, that it had none, or nothing yet', () => {
    expect(taken?.map(effectOf)).toEqual(taken?.map(() => 'taken'));
    expect(none?.map(effectOf)).toEqual(none?.map(() => 'none'));
    for (const status of OTHERS[service].split(' ')) expect(effectOf(status)).toBe('pending');
  });

  it('and that the job is there already, which is more than that it took effect', () => {
    const there = THERE[name].split(' ');
    expect(there.map(isThere)).toEqual(there.map(() => true));
    expect(there.map(effectOf)).toEqual(there.map(() => 'taken'));
    const others = [taken, none, OTHERS[service].split(' ')].flat();
    for (const status of others) expect(isThere(status ?? '')).toBe(there.includes(status ?? ''));
  });

  it('a job whose last start was before the request: its end is not ours, and it runs since earlier', () => {
    const ended = 'job_submit_fail job_running_exception job_finish'.split(' ');
    const running = 'job_submitting job_running job_idle'.split(' ');
    const expected = (status: string) => {
      if (name !== 'dli.run') return effectOf(status);
      if (running.includes(status)) return 'earlier';
      return ended.includes(status) ? 'none' : effectOf(status);
    };
    for (const status of [taken, none].flat()) {
      if (status === undefined) continue;
      const old = operation.effectOf({ status, startedAt: 1 }, 60_002);
      expect(old, status).toBe(expected(status));
      expect(operation.effectOf({ status, startedAt: 2 }, 60_002)).toBe(effectOf(status));
    }
  });

  it('a status that nobody has heard of tells nothing', () => {
    const known = new Set([taken, none].flat());
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.constantFrom('__proto__', 'constructor')), (status) => {
        if (!known.has(status)) expect(effectOf(status)).toBe('pending');
      }),
    );
  });

  it('a run after a stop is ready where the job stands still, and not where the stop has failed', () => {
    expect(isObject(restart)).toBe(name === 'dli.run');
    const ready =
      'job_init job_submit_fail job_cancel_success job_finish job_arrearage_stopped job_running_exception missing';
    const moving =
      'job_running job_submitting job_canceling job_savepointing job_downloading job_idle job_cancel_fail';
    if (restart === undefined) return;
    for (const status of ready.split(' ')) expect(restart.readyAt(status), status).toBe(true);
    for (const status of moving.split(' ')) expect(restart.readyAt(status), status).toBe(false);
  });
});

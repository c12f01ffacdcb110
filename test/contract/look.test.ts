import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../shared/json/json.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import {
  type Effect,
  type Job,
  type JobId,
  jobIdOf,
  type OperationName,
} from '../../shared/operations/operation.ts';
import {
  DLI_STATUSES,
  type DliStatus,
  DRS_STATUSES,
  type DrsStatus,
} from '../../shared/operations/statuses.ts';
import { anyText } from '../support/arbitraries.ts';
import { intentOf, PROJECT } from '../support/messages.ts';
import { askedOf, replied, reply } from '../support/replies.ts';
import { seen, wordOf } from '../support/sightings.ts';

const { project_id: project } = intentOf({});

const idsOf = (operation: OperationName, jobs: readonly string[]): readonly JobId[] =>
  intentOf({ operation, jobs }).jobs.map(jobIdOf);

const decode = (operation: OperationName, jobs: readonly string[], status: number, body: unknown) =>
  Object.fromEntries(
    Array.from(
      OPERATIONS[operation].look.decode(idsOf(operation, jobs), replied(status, body)),
      ([job, sighting]) => [job, wordOf(sighting)],
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

  it.each(['DRS.M00289', 'DRS.M05003', 'DRS.M05004'])(
    '%s: there is no such task, at whatever status',
    (error_code) => {
      const results = [
        { id: 'a', error_code, error_message: 'words' },
        { id: 'b', status: 'CONFIGURATION' },
      ];
      for (const status of [200, 400, 404])
        expect(decode('drs.start', ['a', 'b'], status, { results })).toEqual({
          a: 'missing',
          b: 'CONFIGURATION',
        });
    },
  );

  it('nor is there the only one asked for, where the whole answer says so', () => {
    const body = { error_code: 'DRS.M00289', error_msg: 'words' };
    expect(decode('drs.start', ['a'], 400, body)).toEqual({ a: 'missing' });
    expect(decode('drs.start', ['a', 'b'], 400, body)).toEqual({});
    const results = [{ id: 'a', status: 'CONFIGURATION' }];
    expect(decode('drs.start', ['a'], 400, { ...body, results })).toEqual({ a: 'CONFIGURATION' });
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

/** What one status tells of an operation; `there` and `ready` where it says so. */
type Place = readonly [effect: Effect, ...(readonly ('there' | 'ready')[])];

/** Every status of DLI, and of none the more: [of a run, of a stop]. */
const DLI: Readonly<Record<DliStatus, readonly [run: Place, stop: Place]>> = {
  job_init: [
    ['none', 'ready'],
    ['taken', 'there'],
  ],
  job_submitting: [['taken', 'there'], ['pending']],
  job_submit_fail: [
    ['taken', 'ready'],
    ['taken', 'there'],
  ],
  job_running: [['taken', 'there'], ['none']],
  job_running_exception: [['taken', 'ready'], ['none']],
  job_downloading: [['taken', 'there'], ['none']],
  job_idle: [['taken', 'there'], ['none']],
  job_canceling: [['pending'], ['taken', 'there']],
  job_cancel_success: [
    ['none', 'ready'],
    ['taken', 'there'],
  ],
  job_cancel_fail: [['none'], ['none']],
  job_savepointing: [['pending'], ['taken', 'there']],
  job_arrearage_stopped: [
    ['none', 'ready'],
    ['taken', 'there'],
  ],
  job_arrearage_recovering: [['taken', 'there'], ['none']],
  job_finish: [
    ['taken', 'ready'],
    ['taken', 'there'],
  ],
};

/** Every status of DRS: of a start. */
const DRS: Readonly<Record<DrsStatus, Place>> = {
  CREATING: ['pending'],
  CREATE_FAILED: ['none'],
  CONFIGURATION: ['none'],
  STARTJOBING: ['taken', 'there'],
  WAITING_FOR_START: ['taken', 'there'],
  START_JOB_FAILED: ['taken'],
  PAUSING: ['taken'],
  PAUSEING: ['taken'],
  FULL_TRANSFER_STARTED: ['taken', 'there'],
  FULL_TRANSFER_FAILED: ['taken'],
  FULL_TRANSFER_COMPLETE: ['taken', 'there'],
  INCRE_TRANSFER_STARTED: ['taken', 'there'],
  INCRE_TRANSFER_FAILED: ['taken'],
  RELEASE_RESOURCE_STARTED: ['none'],
  RELEASE_RESOURCE_FAILED: ['none'],
  RELEASE_RESOURCE_COMPLETE: ['none'],
  REBUILD_NODE_STARTED: ['taken', 'there'],
  REBUILD_NODE_FAILED: ['taken'],
  CHANGE_JOB_STARTED: ['taken', 'there'],
  CHANGE_JOB_FAILED: ['taken'],
  CHILD_TRANSFER_STARTING: ['taken', 'there'],
  CHILD_TRANSFER_STARTED: ['taken', 'there'],
  CHILD_TRANSFER_COMPLETE: ['taken', 'there'],
  CHILD_TRANSFER_FAILED: ['taken'],
  RELEASE_CHILD_TRANSFER_STARTED: ['taken'],
  RELEASE_CHILD_TRANSFER_COMPLETE: ['taken'],
  NODE_UPGRADE_START: ['taken', 'there'],
  NODE_UPGRADE_COMPLETE: ['taken', 'there'],
  NODE_UPGRADE_FAILED: ['taken'],
  DELETED: ['none'],
};

describe('a task that waits for its start', () => {
  const { effectOf, isThere } = OPERATIONS['drs.start'];
  const waits = seen('WAITING_FOR_START');
  const jobsOf = (...jobs: readonly Job[]) => intentOf({ operation: 'drs.start', jobs }).jobs;
  const id = 'a' as JobId;

  it('was started if its start was put off, or it was to be initialised alone', () => {
    for (const asked of [{ start_time: '1608188903063' }, { is_only_init_task: true }]) {
      const [job] = jobsOf({ job_id: id, ...asked });
      expect([effectOf(waits, 0, job), isThere(waits, job)]).toEqual(['taken', true]);
    }
  });

  it('was not, if its transfer was to begin: that is the state before', () => {
    for (const job of jobsOf(id, { job_id: 'b' as JobId, is_only_init_task: false }))
      expect([effectOf(waits, 0, job), isThere(waits, job)]).toEqual(['none', false]);
  });
});

const DLI_ROWS = Object.entries(DLI);

const PLACES: Record<OperationName, readonly (readonly [status: string, place: Place])[]> = {
  'dli.run': [...DLI_ROWS.map(([s, [run]]) => [s, run] as const), ['missing', ['none', 'ready']]],
  'dli.stop': [...DLI_ROWS.map(([s, [, stop]]) => [s, stop] as const), ['missing', ['none']]],
  'drs.start': [...Object.entries(DRS), ['missing', ['none']]],
};

describe('the lists of statuses are those of docs/upstream.md §4', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/upstream.md'), 'utf8');
  const namedIn = (begin: string): readonly string[] => {
    const from = page.indexOf(begin) + begin.length;
    const list = page.slice(from, page.indexOf('.', from));
    return list.split(',').flatMap((item) => {
      const [, head = '', tails] = /^(\w+?)(?:\{([^}]*)\})?$/.exec(item.trim()) ?? [];
      return tails === undefined ? [head] : tails.split('|').map((tail) => head + tail);
    });
  };

  it.each([
    ['DLI', 'All 14 statuses of a job: ', DLI_STATUSES],
    ['DRS', 'All 30 statuses of a task: ', DRS_STATUSES],
  ])('%s', (_, begin, statuses) => {
    expect(namedIn(begin).toSorted()).toEqual(statuses.toSorted());
  });
});

describe.each(operations)('what a status tells of $name', (operation) => {
  const { name, restart } = operation;
  const effectOf = (status: string) => operation.effectOf(seen(status), 0);
  const isThere = (status: string) => operation.isThere(seen(status));
  const isReady = (status: string) => restart?.readyAt(seen(status)) ?? false;
  const places = PLACES[name];

  it.each(places)('%s: %j', (status, [effect, ...others]) => {
    expect(effectOf(status)).toBe(effect);
    expect(isThere(status)).toBe(others.includes('there'));
    expect(isReady(status)).toBe(others.includes('ready'));
  });

  it('that the job is there is more than that it took effect', () => {
    for (const [status] of places) if (isThere(status)) expect(effectOf(status)).toBe('taken');
  });

  it('a job whose last start was before the request: its end is not ours, and it runs since earlier', () => {
    const ended = 'job_submit_fail job_running_exception job_finish'.split(' ');
    const expected = (status: string) => {
      if (name !== 'dli.run') return effectOf(status);
      if (isThere(status)) return 'earlier';
      return ended.includes(status) ? 'none' : effectOf(status);
    };
    for (const [status] of places) {
      const old = operation.effectOf(seen(status, 1), 60_002);
      expect(old, status).toBe(expected(status));
      expect(operation.effectOf(seen(status, 2), 60_002)).toBe(effectOf(status));
    }
  });

  it('a status that nobody has heard of tells nothing', () => {
    const known = new Set(places.map(([status]) => status));
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.constantFrom('__proto__', 'constructor')), (status) => {
        if (known.has(status)) return;
        expect(effectOf(status)).toBe('pending');
        expect(isThere(status) || isReady(status)).toBe(false);
      }),
    );
  });

  it('only a run waits for a stop, and is told where that has failed', () => {
    expect(isObject(restart)).toBe(name === 'dli.run');
    if (restart === undefined) return;
    const failed = places
      .map(([status]) => status)
      .filter((status) => restart.failedAt(seen(status)));
    expect(failed.toSorted()).toEqual(['job_cancel_fail', 'job_idle', 'job_running']);
    expect(failed.filter(isReady)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { list } from '../../shared/operations/dli/list.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const { project_id: PROJECT } = intentOf({});

const page = (jobs: unknown, total_count: unknown = 1) =>
  list.decode(replied(200, { is_success: 'true', message: '', job_list: { total_count, jobs } }));

describe('the list of jobs is read as its page describes it', () => {
  it('asks for a hundred at a time, the oldest first', () => {
    expect(list.request(PROJECT, 300)).toEqual({
      service: 'dli',
      project: PROJECT,
      method: 'GET',
      path: `/v1.0/${PROJECT}/streaming/jobs?limit=100&offset=300&order=asc`,
    });
  });

  it('a row shows the status of its job, and when it was last started', () => {
    const rows = [
      { job_id: 146, name: 'n', status: 'job_running', create_time: 1, start_time: 1516777561736 },
      { job_id: '147', status: 'JOB_INIT', start_time: 0 },
    ];
    expect(page(rows, 42)).toEqual({
      total: 42,
      sightings: new Map([
        ['146', { kind: 'told', status: 'job_running', startedAt: 1516777561736 }],
        ['147', { kind: 'told', status: 'job_init' }],
      ]),
    });
  });

  it('an id that the reading of numbers may have rounded counts as not listed', () => {
    const rows = '[{"job_id":9007199254740993,"status":"job_running"}]';
    const body = `{"is_success":"true","job_list":{"total_count":1,"jobs":${rows}}}`;
    expect(list.decode(replied(200, body))?.sightings).toEqual(new Map());
  });

  it('rows of another form tell nothing, and hide no other', () => {
    const rows = [null, 7, {}, { job_id: 1 }, { status: 'job_init' }, { job_id: 2, status: 'x' }];
    expect([...(page(rows)?.sightings.keys() ?? [])]).toEqual(['2']);
  });

  it.each([null, [], {}, 'text', { job_list: [] }, { job_list: { jobs: {} } }, { jobs: [] }])(
    'no list: %j',
    (body) => {
      expect(list.decode(replied(200, body))).toBeUndefined();
    },
  );

  it('without a total there are no more pages to read', () => {
    expect(page([], null)?.total).toBe(0);
  });
});

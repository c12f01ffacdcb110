import { describe, expect, it } from 'vitest';
import {
  bad,
  begin,
  good,
  NOT_THERE,
  PROJECT,
  parsed,
  STATUS,
  STOPPED,
  WRONG_STATE,
} from './begin-upstream.ts';

describe('a job’s detail tells when it came into being and when it was last started', () => {
  it('which is never, then at each run', async () => {
    const { run, halt, get, pass } = await begin();
    const times = async () => {
      const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs/7`);
      const { create_time, start_time } = JSON.parse(text).job_detail;
      return [create_time, start_time];
    };
    expect(await times()).toEqual([1_000_000, null]);
    pass(1_000);
    await run(7);
    expect(await times()).toEqual([1_000_000, 1_001_000]);
    pass(1_000);
    // It runs already: this one has no effect.
    await run(7);
    await halt(7);
    expect(await times()).toEqual([1_000_000, 1_001_000]);
    pass(1_000);
    await run(7);
    expect(await times()).toEqual([1_000_000, 1_003_000]);
  });

  it('a job first stopped ran by then', async () => {
    const { halt, get, pass } = await begin();
    await halt(8);
    pass(1_000);
    const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs/8`);
    expect(JSON.parse(text).job_detail).toMatchObject({
      create_time: 1_000_000,
      start_time: 1_000_000,
    });
  });
});

describe('the list shows the jobs of a project', () => {
  it('by pages, the newest first unless asked otherwise', async () => {
    const { run, get, pass } = await begin();
    for (const id of [3, 1, '9007199254740993', 2]) {
      await run(id);
      pass(10);
    }
    const page = async (query: string) => {
      const { status, text } = await get(`/v1.0/${PROJECT}/streaming/jobs${query}`);
      const ids = [...text.matchAll(/"job_id":(\d+),/g)].map(([, id]) => id);
      return [status, JSON.parse(text).job_list?.total_count, ...ids];
    };
    expect(await page('')).toEqual([200, 4, '2', '9007199254740993', '1', '3']);
    expect(await page('?limit=2&offset=1&order=asc')).toEqual([200, 4, '1', '9007199254740993']);
    expect(await page('?limit=100&offset=4')).toEqual([200, 4]);
    expect((await page('?limit=101'))[0]).toBe(400);
    expect((await page('?offset=-1'))[0]).toBe(400);
  });

  it('and of each what its detail shows', async () => {
    const { run, get } = await begin();
    await run(7);
    await get(`/v1.0/${PROJECT}/streaming/jobs/8`);
    const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs?order=asc`);
    expect(JSON.parse(text).job_list.jobs).toMatchObject([
      { job_id: 7, status: 'job_submitting', create_time: 1_000_000, start_time: 1_000_000 },
      { job_id: 8, status: 'job_init', start_time: 0 },
    ]);
  });
});

describe('64-bit ids are exact', () => {
  it.each(['9223372036854775807', '9007199254740993', '0'])('%s', async (id) => {
    const { calls, run, get, dliStatus } = await begin();
    expect((await run(id)).status).toBe(200);
    expect(calls[0]?.job_ids).toEqual([id]);
    expect(dliStatus(id)).toBe('job_submitting');
    const { status, text } = await get(`/v1.0/${PROJECT}/streaming/jobs/${id}`);
    expect(status).toBe(200);
    expect(text).toBe(
      `{"is_success":"true","message":"","job_detail":{"job_id":${id},"status":"job_submitting","status_desc":"","create_time":1000000,"start_time":1000000}}`,
    );
  });
});

describe('looking at jobs', () => {
  it('a job that is only looked at was never started, and stays so', async () => {
    const { get, halt } = await begin();
    const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs/1`);
    expect(JSON.parse(text).job_detail.status).toBe('job_init');
    expect(parsed(await halt(1)).body).toEqual([bad(WRONG_STATE)]);
  });

  it('the tester leaves no trace', async () => {
    const { halt, dliStatus } = await begin();
    expect(dliStatus('1')).toBe('job_init');
    expect(parsed(await halt(1)).body).toEqual([good(STOPPED)]);
  });

  it.each(['7', '9223372036854775808', 'x', '01'])('there is no DLI job %s', async (id) => {
    const { get } = await begin({ behaviour: { 'dli.stop': { badIds: ['7'] } } });
    expect(parsed(await get(`/v1.0/${PROJECT}/streaming/jobs/${id}`))).toEqual({
      status: 400,
      body: { error_code: 'DLI.0002', error_msg: NOT_THERE },
    });
  });

  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  it.each([
    ['no page_req', undefined, 'abcde'],
    ['an empty page_req', {}, 'abcde'],
    ['the next page', { cur_page: 2 }, 'fg'],
    ['per_page 0', { per_page: 0 }, 'abcdefg'],
    ['both 0, as the SDKs allow', { cur_page: 0, per_page: 0 }, 'abcdefg'],
    ['page 0, which is the first', { cur_page: 0, per_page: 3 }, 'abc'],
    ['page 1 of all', { cur_page: 1, per_page: 0 }, 'abcdefg'],
    ['per_page 3, page 2', { per_page: 3, cur_page: 2 }, 'def'],
    ['a page past the end', { per_page: 3, cur_page: 4 }, ''],
  ])('batch-status shows five tasks unless told otherwise: %s', async (_, page_req, shown) => {
    const { post } = await begin();
    const reply = parsed(await post(STATUS, JSON.stringify({ jobs: ids, page_req })));
    expect(reply).toEqual({
      status: 200,
      body: {
        results: [...shown].map((id) => ({ id, status: 'CONFIGURATION' })),
        count: 7,
      },
    });
  });

  it.each([
    '{}',
    '{"jobs":[]}',
    '{"jobs":["a"],"page_req":{"cur_page":-1}}',
    '{"jobs":["a"],"page_req":{"per_page":101}}',
  ])('batch-status refuses %s', async (body) => {
    const { post } = await begin();
    const { status, text } = await post(STATUS, body);
    expect([status, JSON.parse(text).error_code]).toEqual([400, 'DRS.M00200']);
  });

  it('batch-status tells of a task that does not exist', async () => {
    const { post } = await begin({ behaviour: { 'drs.start': { badIds: ['b'] } } });
    expect(JSON.parse((await post(STATUS, '{"jobs":["a","b"]}')).text).results).toEqual([
      { id: 'a', status: 'CONFIGURATION' },
      { id: 'b', error_code: 'DRS.M05003', error_message: expect.any(String) },
    ]);
  });
});

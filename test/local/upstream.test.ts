import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startUpstream } from '../../local/upstream/simulator.ts';
import {
  bad,
  begin,
  good,
  NOT_THERE,
  PROJECT,
  parsed,
  RUN,
  START,
  STATUS,
  STOP,
  STOPPED,
  SUBMITTED,
  WRONG_STATE,
} from './begin-upstream.ts';

describe("the vendor pages' examples", () => {
  it('runs four jobs and says so four times, as strings', async () => {
    const { post } = await begin();
    const reply = await post(
      RUN,
      '{\n    "job_ids": [131,130,138,137],\n    "resume_savepoint": true\n}',
    );
    const element = `{"is_success":"true","message":"${SUBMITTED}"}`;
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.text).toBe(`[${[element, element, element, element].join(',')}]`);
  });

  it('stops two jobs', async () => {
    const { post, dliStatus } = await begin();
    const reply = await post(STOP, '{"job_ids": [128, 137], "trigger_savepoint": false}');
    expect(parsed(reply)).toEqual({ status: 200, body: [good(STOPPED), good(STOPPED)] });
    expect(dliStatus('128')).toBe('job_canceling');
  });

  it('starts two tasks, named by ids that are not quite UUIDs', async () => {
    const { post } = await begin();
    const [first, second] = [
      '9a470239-2308-4bb5-a6bc-1040402fjb21',
      'dbb8127c-b093-4b94-b764-7161e151jb2s',
    ];
    const reply = await post(
      START,
      `{ "jobs": [ { "job_id": "${first}" }, { "job_id": "${second}", "start_time": "1599202771816"} ] }`,
    );
    expect(reply.status).toBe(202);
    expect(reply.text).toBe(
      `{"results":[{"id":"${first}","status":"success"},{"id":"${second}","status":"success"}],"count":2}`,
    );
  });
});

describe('every call is on record', () => {
  it('with its jobs, its options, its headers and the status that it got', async () => {
    const { calls, send } = await begin();
    const headers = {
      'content-type': 'application/json',
      'x-language': 'en-us',
      'user-agent': 'test',
    };
    await send('POST', RUN, '{"job_ids":[2,1],"resume_savepoint":false}', headers);
    await send('POST', START, '{"jobs":[{"job_id":"a"},{"job_id":"b","start_time":"5"}]}', {
      'X-Auth-Token': 'secret',
    });
    expect(calls).toEqual([
      {
        at: 1_000_000,
        operation: 'dli.run',
        project_id: PROJECT,
        job_ids: ['2', '1'],
        options: { resume_savepoint: false },
        job_options: {},
        headers,
        status: 200,
      },
      {
        at: 1_000_000,
        operation: 'drs.start',
        project_id: PROJECT,
        job_ids: ['a', 'b'],
        options: {},
        job_options: { b: { start_time: '5' } },
        headers: {},
        status: 202,
      },
    ]);
  });

  it('a malformed one too, but no look and no request to another path', async () => {
    const { calls, get, post } = await begin();
    await post(RUN, 'no json');
    await get(`/v1.0/${PROJECT}/streaming/jobs/1`);
    await post(`/v1.0/${PROJECT}/streaming/jobs/list`, '{}');
    expect(calls.map(({ job_ids, status }) => ({ job_ids, status }))).toEqual([
      { job_ids: [], status: 400 },
    ]);
  });
});

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

describe('what clients send beside the pages', () => {
  it('ids of DLI as strings, which mean the same jobs', async () => {
    const { post, calls, dliEffects } = await begin();
    const reply = await post(RUN, '{"job_ids":["9007199254740993",2]}');
    expect(parsed(reply)).toEqual({ status: 200, body: [good(SUBMITTED), good(SUBMITTED)] });
    expect(calls[0]?.job_ids).toEqual(['9007199254740993', '2']);
    expect(dliEffects('9007199254740993')).toHaveLength(1);
  });
});

describe('every answer names its request', () => {
  const cases = [
    ['a call', 'POST', RUN, '{"job_ids":[1]}', 200],
    ['one that is refused', 'POST', RUN, 'no json', 400],
    ['a look', 'GET', RUN.replace('run', '1'), null, 200],
    ['no endpoint', 'GET', '/nowhere', null, 404],
    ['a login', 'POST', '/v3/auth/tokens', '{}', 400],
    ['projects', 'GET', '/v3/projects', null, 200],
  ] as const;
  it.each(cases)('%s, by the id that was sent', async (_, method, path, body, status) => {
    const { send } = await begin();
    const reply = await send(method, path, body, { 'x-request-id': 'mine-1' });
    expect([reply.status, reply.headers['x-request-id']]).toEqual([status, 'mine-1']);
  });

  it.each(cases)('%s, by one of its own where none was', async (_, method, path, body) => {
    const { send } = await begin();
    const replies = [await send(method, path, body), await send(method, path, body)];
    const ids = replies.map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[0-9a-f]{32}$/)));
    expect(new Set(ids).size).toBe(2);
  });

  it('an error of the gateway has it in its body too', async () => {
    const { send } = await begin();
    const reply = await send('GET', '/nowhere', null, { 'x-request-id': 'mine-2' });
    expect(JSON.parse(reply.text).request_id).toBe('mine-2');
    const { headers, text } = await send('GET', '/nowhere');
    expect(JSON.parse(text).request_id).toBe(headers['x-request-id']);
  });
});

describe('malformed requests are refused as the vendor does', () => {
  const faulty = [
    '',
    'no json',
    '[1]',
    '{}',
    '{"job_ids":[]}',
    '{"job_ids":1}',
    '{"job_ids":["01"]}',
    '{"job_ids":[""]}',
    '{"job_ids":["9223372036854775808"]}',
    '{"job_ids":[-1]}',
    '{"job_ids":[1.5]}',
    '{"job_ids":[9223372036854775808]}',
    '{"job_ids":[1],"resume_savepoint":"true"}',
  ];
  it.each(faulty)('dli.run %s', async (body) => {
    const { post, dliEffects } = await begin();
    const reply = await post(RUN, body);
    expect(parsed(reply)).toEqual({
      status: 400,
      body: { error_code: 'DLI.0001', error_msg: expect.any(String) },
    });
    expect(dliEffects('1')).toEqual([]);
  });

  it.each([
    ['no json', 'DRS.M00200'],
    ['{"jobs":[]}', 'DRS.M00200'],
    ['{"jobs":["a"]}', 'DRS.M00200'],
    ['{"jobs":[{"job_id":1}]}', 'DRS.M00200'],
    ['{"jobs":[{"job_id":"a","start_time":5}]}', 'DRS.M00200'],
    ['{"jobs":[{"job_id":"a","start_time":"tomorrow"}]}', 'DRS.M00200'],
    ['{"jobs":[{"job_id":"a","is_only_init_task":"true"}]}', 'DRS.M00200'],
    ['{"jobs":[{"job_id":"a"},{"job_id":"a"}]}', 'DRS.M00301'],
  ])('drs.start %s', async (body, code) => {
    const { post, drsEffects } = await begin();
    const reply = await post(START, body);
    expect(parsed(reply)).toEqual({
      status: 400,
      body: { error_code: code, error_msg: expect.any(String) },
    });
    expect(drsEffects('a')).toEqual([]);
  });

  it.each([
    ['GET', RUN.replace('v1.0', 'v1x0')],
    ['GET', STOP.replace(PROJECT, '')],
    ['POST', '/'],
    ['POST', `${RUN}/`],
    ['GET', START],
  ] as const)('%s %s is no endpoint', async (method, path) => {
    const { send } = await begin();
    expect(parsed(await send(method, path))).toEqual({
      status: 404,
      body: {
        error_code: 'APIGW.0101',
        error_msg: expect.any(String),
        request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
  });
});

describe('job states take time', () => {
  it('a run is submitted, then running', async () => {
    const { run, pass, dliStatus } = await begin();
    expect(dliStatus('1')).toBe('job_init');
    await run(1);
    pass(99);
    expect(dliStatus('1')).toBe('job_submitting');
    pass(1);
    expect(dliStatus('1')).toBe('job_running');
  });

  it('a stop makes its savepoint, cancels, and is done', async () => {
    const { post, pass, dliStatus } = await begin();
    await post(STOP, '{"job_ids":[1],"trigger_savepoint":true}');
    const seen = [0, 100, 100].map((ms) => {
      pass(ms);
      return dliStatus('1');
    });
    expect(seen).toEqual(['job_savepointing', 'job_canceling', 'job_cancel_success']);
  });

  it('a start transfers in full, then incrementally', async () => {
    const { start, pass, drsStatus } = await begin();
    await start('a');
    const seen = [0, 100, 100].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['STARTJOBING', 'FULL_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED']);
  });

  it('a start in the future waits for its time', async () => {
    const { post, pass, drsStatus } = await begin();
    await post(START, '{"jobs":[{"job_id":"a","start_time":"1000050"}]}');
    const seen = [49, 1, 100].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['WAITING_FOR_START', 'STARTJOBING', 'FULL_TRANSFER_STARTED']);
  });

  it('a task that is only initialised begins no transfer, until it is started', async () => {
    const { post, pass, drsStatus, effectsOf } = await begin();
    await post(START, '{"jobs":[{"job_id":"a","is_only_init_task":true}]}');
    const seen = [0, 100, 10_000].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['STARTJOBING', 'WAITING_FOR_START', 'WAITING_FOR_START']);

    const start = () => post(START, '{"jobs":[{"job_id":"a","is_only_init_task":false}]}');
    expect((await start()).text).toContain('"status":"success"');
    pass(100);
    expect(drsStatus('a')).toBe('FULL_TRANSFER_STARTED');
    expect((await start()).text).toContain('DRS.M00304');
    expect(effectsOf('drs', PROJECT, 'a')).toMatchObject([
      { effect: 'start', onlyInitialised: true },
      { effect: 'start' },
    ]);
  });

  it('all the states on the way may have passed unseen', async () => {
    const { run, halt, pass, dliStatus } = await begin();
    await run(1);
    pass(10_000);
    expect(parsed(await halt(1)).body).toEqual([good(STOPPED)]);
    pass(10_000);
    expect(dliStatus('1')).toBe('job_cancel_success');
  });

  it('projects have jobs of their own', async () => {
    const { run, statusOf } = await begin();
    await run(1);
    expect(statusOf('dli', 'another', '1')).toBe('job_init');
  });
});

describe('a savepoint serves once', () => {
  const resume = '{"job_ids":[1],"resume_savepoint":true}';
  const save = '{"job_ids":[1],"trigger_savepoint":true}';

  it('the run that resumes from it consumes it', async () => {
    const { post, halt, pass, dliEffects } = await begin();
    await post(STOP, save);
    pass(200);
    await post(RUN, resume);
    pass(100);
    await halt(1);
    pass(100);
    await post(RUN, resume);
    expect(dliEffects('1')).toEqual([
      { at: 1_000_000, effect: 'stop', savepoint: true },
      { at: 1_000_200, effect: 'run', resumed: true },
      { at: 1_000_300, effect: 'stop' },
      { at: 1_000_400, effect: 'run', resumed: false },
    ]);
  });

  it('a run that does not resume leaves it', async () => {
    const { post, run, halt, pass, dliEffects } = await begin();
    await post(STOP, save);
    pass(200);
    await run(1);
    pass(100);
    await halt(1);
    pass(100);
    await post(RUN, resume);
    expect(dliEffects('1').map(({ resumed }) => resumed)).toEqual([
      undefined,
      undefined,
      undefined,
      true,
    ]);
  });

  it('a job first asked to resume has one', async () => {
    const { post, dliEffects } = await begin();
    await post(RUN, resume);
    expect(dliEffects('1')).toEqual([{ at: 1_000_000, effect: 'run', resumed: true }]);
  });
});

describe('a request in the wrong state fails for that job alone', () => {
  it('a run while submitted or running', async () => {
    const { run, pass, dliEffects } = await begin();
    await run(1);
    expect(parsed(await run(1, 2)).body).toEqual([bad(WRONG_STATE), good(SUBMITTED)]);
    pass(100);
    expect(parsed(await run(1)).body).toEqual([bad(WRONG_STATE)]);
    expect(dliEffects('1')).toHaveLength(1);
  });

  it('a stop while stopping or stopped', async () => {
    const { halt, pass } = await begin();
    await halt(1);
    expect(parsed(await halt(1)).body).toEqual([bad(WRONG_STATE)]);
    pass(100);
    expect(parsed(await halt(1)).body).toEqual([bad(WRONG_STATE)]);
  });

  it('a start while started', async () => {
    const { start, drsEffects } = await begin();
    await start('a');
    expect(parsed(await start('b', 'a'))).toEqual({
      status: 202,
      body: {
        results: [
          { id: 'b', status: 'success' },
          {
            id: 'a',
            status: 'failed',
            error_code: 'DRS.M00304',
            error_msg: expect.any(String),
          },
        ],
        count: 2,
      },
    });
    expect(drsEffects('a')).toHaveLength(1);
  });

  it('a job listed twice in one call', async () => {
    const { run } = await begin();
    expect(parsed(await run(1, 1)).body).toEqual([good(SUBMITTED), bad(WRONG_STATE)]);
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

describe('starting and stopping', () => {
  it('a port in use is the original error', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    onTestFinished(() => void other.close());
    await expect(startUpstream({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  it('stopping twice is stopping once', async () => {
    const { stop } = await begin();
    await stop();
    await expect(stop()).resolves.toBeUndefined();
  });
});

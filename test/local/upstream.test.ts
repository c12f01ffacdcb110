import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startUpstream } from '../../local/upstream/simulator.ts';
import {
  begin,
  good,
  PROJECT,
  parsed,
  RUN,
  START,
  STOP,
  STOPPED,
  SUBMITTED,
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

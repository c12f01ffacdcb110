import { describe, expect, it } from 'vitest';
import { makeRoutes, tellProblem } from '../../shared/accept/routes.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { askHandler, JSON_TYPE, type Sent } from '../support/http-events.ts';
import { keptLog } from '../support/logs.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';

const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
const STOP = `/v1.0/${PROJECT}/streaming/jobs/stop`;
const START = `/v3/${PROJECT}/jobs/batch-starting`;
const NATIVE = '/v1/intents';

const begin = (options?: Parameters<typeof startAcceptance>[0]) => {
  const { accept, queued, sent } = startAcceptance(options);
  const { log, lines } = keptLog();
  let age = 10;
  const handler = makeHttpHandler({
    routes: makeRoutes(accept, () => new Date(NOW)),
    tell: tellProblem,
    newIntentId: () => idAt(++age),
    log,
  });
  const post = (path: string, body: unknown, more: Partial<Sent> = {}) =>
    askHandler(handler, {
      path,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    });
  return { post, queued, sent, lines };
};

const native = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };

describe('the four ways in', () => {
  it.each([
    [
      RUN,
      '{"job_ids":[9223372036854775807,131],"resume_savepoint":true}',
      'dli.run',
      ['9223372036854775807', '131'],
      { resume_savepoint: true },
    ],
    [
      STOP,
      '{"job_ids":["128"],"trigger_savepoint":false}',
      'dli.stop',
      ['128'],
      { trigger_savepoint: false },
    ],
    [
      START,
      '{"jobs":[{"job_id":"a"},{"job_id":"b","start_time":"5"}]}',
      'drs.start',
      ['a', { job_id: 'b', start_time: '5' }],
      {},
    ],
    [NATIVE, JSON.stringify(native), 'dli.run', ['131'], {}],
  ])('%s', async (path, body, operation, jobs, options) => {
    const { post, queued } = begin();
    const answer = await post(path, body);
    expect(answer.status).toBe(path === START || path === NATIVE ? 202 : 200);
    expect(queued()).toMatchObject([
      { operation, project_id: PROJECT, jobs, options, caller: 'http' },
    ]);
    expect(answer.headers['x-intent-id']).toBe(queued()[0]?.intent_id);
  });

  it("the vendor's routes answer in the language that the request asks for", async () => {
    const { post } = begin();
    const said = async (language: string) =>
      (await post(RUN, { job_ids: [1] }, { headers: { ...JSON_TYPE, 'X-Language': language } }))
        .body[0].message;
    for (const language of ['zh-cn', 'ZH-CN', 'zh'])
      expect(await said(language)).toBe('作业提交请求下发成功');
    for (const language of ['en-us', 'fr', ''])
      expect(await said(language)).toMatch(/^The request for submitting/);
  });

  it('the native route answers with a receipt', async () => {
    const { post } = begin();
    expect(
      (await post(NATIVE, { ...native, expires_at: '2026-01-31T14:00:00+01:00' })).body,
    ).toEqual({
      intent_id: idAt(11),
      operation: 'dli.run',
      project_id: PROJECT,
      job_count: 1,
      accepted_at: NOW,
      expires_at: '2026-01-31T13:00:00.000Z',
    });
  });

  it('an intent that had to get a newer id is answered under that id', async () => {
    const { post, queued } = begin();
    const after = newIntentId(undefined, Date.parse(NOW));
    const answer = await post(NATIVE, { ...native, after });
    const [intent] = queued();
    expect(intent?.after).toBe(after);
    expect((intent?.intent_id ?? '') > after).toBe(true);
    expect(answer.headers['x-intent-id']).toBe(intent?.intent_id);
    expect(answer.body).toMatchObject({ intent_id: intent?.intent_id });

    const refused = begin({ takes: () => false });
    const unavailable = await refused.post(NATIVE, { ...native, after });
    expect(unavailable.status).toBe(503);
    expect(unavailable.headers['x-intent-id']).toBe(refused.queued()[0]?.intent_id);
  });

  it('a valid traceparent is kept, an invalid one dropped', async () => {
    const { post, queued } = begin();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await post(RUN, { job_ids: [1] }, { headers: { ...JSON_TYPE, Traceparent: traceparent } });
    await post(RUN, { job_ids: [1] }, { headers: { ...JSON_TYPE, traceparent: 'x' } });
    expect(queued().map((intent) => intent.traceparent)).toEqual([traceparent, undefined]);
  });

  it('ten thousand jobs are split over messages under one intent id, each job once', async () => {
    const { post, queued } = begin({ maxMessageBytes: 16, blockJobs: 1 * 1024 });
    const job_ids = Array.from({ length: 10_000 }, (_, i) => i);
    const answer = await post(STOP, { job_ids });
    expect(answer.body).toHaveLength(10_000);
    expect(queued().length).toBeGreaterThan(1);
    expect(new Set(queued().map(({ intent_id }) => intent_id))).toEqual(
      new Set([answer.headers['x-intent-id']]),
    );
    expect(queued().flatMap(({ jobs }) => jobs)).toEqual(job_ids.map(String));
  });
});

const WRONG: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no JSON', '{"job_ids":[1'],
  ['a list', '[131]'],
  ['null', 'null'],
  ['no jobs', '{}'],
  ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  [
    'deep nesting with a long number',
    `{"job_ids":${'['.repeat(50_000)}9007199254740993${']'.repeat(50_000)}}`,
  ],
  ['a __proto__', '{"__proto__":{"job_ids":[1]},"jobs":[],"job_ids":[]}'],
  ['an empty list', '{"job_ids":[],"jobs":[]}'],
  ['a negative id', '{"job_ids":[-1],"jobs":[-1]}'],
  ['a fraction', '{"job_ids":[1.5],"jobs":[1.5]}'],
  [
    'an id beyond 64 bits',
    '{"job_ids":[9223372036854775808],"jobs":[{"job_id":9223372036854775808}]}',
  ],
  ['half a surrogate pair', '{"\\ud800":1,"job_ids":["\\ud800"],"jobs":["\\ud800"]}'],
  ['a NUL', '{"job_ids":["\\u0000"],"jobs":["\\u0000"]}'],
];

describe('bad input is a clear 400 in the route’s own shape, and nothing is queued', () => {
  it.each(WRONG)("%s, on the vendor's routes", async (_, body) => {
    for (const [path, code] of [
      [RUN, 'DLI.0001'],
      [STOP, 'DLI.0001'],
      [START, 'DRS.M00202'],
    ] as const) {
      const { post, sent, lines } = begin();
      const answer = await post(path, body);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers['x-intent-id']).toBe(idAt(11));
      expect(answer.body).toEqual({
        error_code: code,
        error_msg: expect.stringMatching(/^(#|\{)[^ ]*: ./),
      });
      expect(sent).toEqual([]);
      expect(lines).toEqual([]);
    }
  });

  it.each(WRONG)('%s, on the native route', async (_, body) => {
    const { post, sent, lines } = begin();
    const answer = await post(NATIVE, body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Invalid request',
      status: 400,
      detail: expect.stringMatching(/./),
      instance: `urn:uuid:${idAt(11)}`,
      errors: expect.arrayContaining([
        { pointer: expect.stringMatching(/^#/), detail: expect.stringMatching(/./) },
      ]),
    });
    expect(sent).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('every fault of a native request is listed with its pointer', async () => {
    const { post } = begin();
    const { body } = await post(NATIVE, { ...native, jobs: [-1, 'x'], 'a/b': 1 });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/a~1b',
      '#/jobs/0',
      '#/jobs/1',
    ]);
  });

  it('an answer with many faults still fits 6 MB, Lambda’s limit', async () => {
    const letter = (i: number): string => String.fromCodePoint(0x4e00 + i);
    const keys = Array.from(
      { length: 85_000 },
      (_, i) => letter(i % 20_000) + letter(Math.floor(i / 20_000)),
    );
    const { post } = begin();
    const answer = await post(NATIVE, `{${keys.map((key) => `"${key}":0`).join()}}`);
    expect(answer.status).toBe(400);
    expect(Buffer.byteLength(JSON.stringify(answer.text))).toBeLessThan(6 * 1024 * 1024);
  });

  it('an invalid project id is reported as a fault of the path', async () => {
    const { post, sent } = begin();
    const answer = await post('/v1.0/a.b/streaming/jobs/run', { job_ids: [1] });
    expect(answer.status).toBe(400);
    expect(answer.body.error_msg).toMatch(/^\{project_id\}: must be a project id/);
    expect(sent).toEqual([]);
  });

  it('unknown paths and methods are answered in the shape of the path', async () => {
    const { post } = begin();
    const statusAndKeys = async (path: string, more: Partial<Sent>) => {
      const answer = await post(path, '{}', more);
      return [answer.status, Object.keys(answer.body).slice(0, 2).join()];
    };
    const text = { headers: { 'content-type': 'text/plain' } };
    expect(await statusAndKeys(RUN, text)).toEqual([415, 'error_code,error_msg']);
    expect(await statusAndKeys(NATIVE, text)).toEqual([415, 'type,status']);
    expect(await statusAndKeys('/', {})).toEqual([404, 'type,status']);
    expect(await statusAndKeys('/v2/x', {})).toEqual([404, 'type,status']);
    expect(await statusAndKeys(NATIVE, { method: 'DELETE' })).toEqual([405, 'type,status']);
  });
});

describe('a vendor call that job-fanin does not offer is 501, never 404 or 405', () => {
  const everyCall = [RUN, STOP, START].map(
    (path) => `POST ${path.replace(PROJECT, '{project_id}')}`,
  );

  it.each([
    ['GET', `/v1.0/${PROJECT}/streaming/jobs/131`],
    ['GET', `/v1.0/${PROJECT}/streaming/jobs?job_type=flink_jar_job`],
    ['POST', `/v1.0/${PROJECT}/streaming/jobs/list`],
    ['DELETE', `/v1.0/${PROJECT}/streaming/jobs/131`],
    ['GET', `/v2.0/${PROJECT}/batches`],
    ['POST', `/v3/${PROJECT}/jobs/batch-status`],
    ['DELETE', `/v3/${PROJECT}/jobs/batch-tags`],
    ['POST', `/v5/${PROJECT}/jobs/action`],
    ['POST', '/v3/auth/tokens?nocatalog=1'],
    ['GET', '/v3/projects'],
    ['GET', RUN],
    ['PUT', START],
    ['POST', '/v1.0/'],
  ])('%s %s', async (method, path) => {
    const { post, sent } = begin();
    const answer = await post(path, '{}', { method });
    expect(answer.status).toBe(501);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers).not.toHaveProperty('allow');
    expect(answer.body).toEqual({ error_code: 'JOBFANIN.0501', error_msg: expect.any(String) });
    for (const call of everyCall) expect(answer.body.error_msg).toContain(call);
    expect(sent).toEqual([]);
  });

  it('on our own paths, an unknown path is 404 and a wrong method 405', async () => {
    const { post } = begin();
    expect((await post('/v1/intents/1', '{}')).status).toBe(404);
    const answer = await post(NATIVE, '{}', { method: 'GET' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('a request can carry a correlation id, and its answer carries the intent id', () => {
  const ROUTES = [
    [RUN, { job_ids: [1] }],
    [STOP, { job_ids: [1] }],
    [START, { jobs: [{ job_id: 'a' }] }],
    [NATIVE, native],
  ] as const;
  const under = (id: string) => ({ headers: { ...JSON_TYPE, 'X-Correlation-ID': id } });

  it.each(ROUTES)('%s: X-Correlation-Id', async (path, body) => {
    const { post, queued } = begin();
    const { headers } = await post(path, body, under('deploy 42'));
    await post(path, body, under(''));
    await post(path, body);
    expect(queued().map(({ correlation_id }) => correlation_id)).toEqual([
      'deploy 42',
      undefined,
      undefined,
    ]);
    expect(headers['x-request-id']).toBe(queued()[0]?.intent_id);
    expect(headers['x-intent-id']).toBe(queued()[0]?.intent_id);
  });

  it.each(ROUTES)('%s: an invalid correlation header is refused by name', async (path, body) => {
    for (const id of ['ü', 'x'.repeat(129), 'a\tb']) {
      const { post, sent } = begin();
      const answer = await post(path, body, under(id));
      expect(answer.status).toBe(400);
      expect(answer.body.detail ?? answer.body.error_msg).toBe(
        'header X-Correlation-Id: must be 1 to 128 printable ASCII characters',
      );
      expect(answer.headers['x-request-id']).toBe(idAt(11));
      expect(sent).toEqual([]);
    }
  });

  it('its fault is listed with every fault of the body', async () => {
    const { post } = begin();
    const { body } = await post(NATIVE, { ...native, jobs: [] }, under('ü'));
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      'header X-Correlation-Id',
      '#/jobs',
    ]);
    expect((await post(NATIVE, '{', under('ü'))).body.errors).toHaveLength(2);
  });

  it('the correlation id of a native body wins over the header', async () => {
    const { post, queued } = begin();
    await post(NATIVE, { ...native, correlation_id: 'mine' }, under('of a proxy'));
    await post(NATIVE, { ...native, correlation_id: 'same' }, under('same'));
    expect(queued().map(({ correlation_id }) => correlation_id)).toEqual(['mine', 'same']);
    expect((await post(NATIVE, { ...native, correlation_id: 'mine' }, under('ü'))).status).toBe(
      400,
    );
  });
});

describe('if the queue does not take every job, the answer lists which it took (P1)', () => {
  const many = { job_ids: Array.from({ length: 60 }, (_, i) => 1_000_000 + i) };

  it.each([
    ['the second message', (i: number) => i !== 1],
    ['any message', () => false],
  ])('the queue refuses %s: 503, with both lists', async (_, takes) => {
    const { post, queued } = begin({ takes, maxMessageBytes: 330, blockJobs: 1 });
    const answer = await post(RUN, many);
    const parts = queued().map(({ jobs }) => jobs);
    expect(parts.length).toBeGreaterThan(2);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toEqual({
      error_code: 'DLI.0012',
      error_msg: expect.stringMatching(/^The queue took /),
      queued: parts.filter((__, i) => takes(i)).flat(),
      not_queued: parts.filter((__, i) => !takes(i)).flat(),
    });
  });

  it('also on the native route', async () => {
    const { post } = begin({ takes: () => false });
    const answer = await post(NATIVE, native);
    expect(answer).toMatchObject({
      status: 503,
      body: { status: 503, queued: [], not_queued: ['131'] },
    });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });
});

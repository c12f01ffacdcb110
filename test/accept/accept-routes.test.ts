import { describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import {
  beginRoutes as begin,
  NATIVE,
  native,
  RUN,
  START,
  STOP,
} from '../support/accept-routes.ts';
import { letIn } from '../support/callers.ts';
import { JSON_TYPE } from '../support/http-events.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';

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
      { operation, project_id: PROJECT, jobs, options, caller: 'caller' },
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
    for (const language of ['en-us', 'fr', '', 'en, zh'])
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

  it('the fault of an idempotency key is listed too', async () => {
    const { post } = begin();
    const headers = { ...JSON_TYPE, 'Idempotency-Key': 'a,b', 'X-Correlation-Id': 'ü' };
    const { body } = await post(NATIVE, { ...native, jobs: [] }, { headers });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      'header X-Correlation-Id',
      'header Idempotency-Key',
      '#/jobs',
    ]);
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
    ['the second message', (i: number) => i !== 1, /^The queue took 55 jobs and refused 5\. /],
    ['any message', () => false, /^The queue took none of the jobs\. /],
  ])('the queue refuses %s: 503, with both lists', async (_, takes, words) => {
    const { post, queued } = begin({ takes, maxMessageBytes: 330, blockJobs: 1 });
    const answer = await post(RUN, many);
    const parts = queued().map(({ jobs }) => jobs);
    expect(parts.length).toBeGreaterThan(2);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toEqual({
      error_code: 'DLI.0012',
      error_msg: expect.stringMatching(words),
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

it('a repeat by a caller that has lost its grant is refused, though the first was queued', async () => {
  const admissions = [letIn(), letIn({ grants: [] })];
  const { post, queued } = begin(undefined, async (...asked) =>
    (admissions.shift() ?? letIn({ grants: [] }))(...asked),
  );
  const headers = { ...JSON_TYPE, 'Idempotency-Key': 'night-1' };
  expect((await post(NATIVE, native, { headers })).status).toBe(202);
  expect((await post(NATIVE, native, { headers })).status).toBe(403);
  expect(queued()).toHaveLength(1);
});

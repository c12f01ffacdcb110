import { describe, expect, it } from 'vitest';
import {
  beginRoutes as begin,
  NATIVE,
  native,
  RUN,
  START,
  STOP,
} from '../support/accept-routes.ts';
import type { Sent } from '../support/http-events.ts';
import { idAt, PROJECT } from '../support/messages.ts';

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
      expect(lines).toMatchObject([{ level: 'info', event: 'refused', fields: { status: 400 } }]);
    }
  });

  it.each(WRONG)('%s, on the native route', async (_, body) => {
    const { post, sent, lines } = begin();
    const answer = await post(NATIVE, body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:job-fanin:problem:invalid-request',
      title: 'Invalid request',
      status: 400,
      detail: expect.stringMatching(/./),
      instance: `urn:uuid:${idAt(11)}`,
      errors: expect.arrayContaining([
        { pointer: expect.stringMatching(/^#/), detail: expect.stringMatching(/./) },
      ]),
    });
    expect(sent).toEqual([]);
    expect(lines).toMatchObject([{ event: 'refused', fields: { reason: 'invalid-request' } }]);
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
    expect((await post('/v1/intents/1/jobs', '{}')).status).toBe(404);
    const answer = await post(NATIVE, '{}', { method: 'GET' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

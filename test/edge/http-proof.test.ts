import { describe, expect, it } from 'vitest';
import type { Handled } from '../../shared/accept/route.ts';
import type { Admit } from '../../shared/callers/admit.ts';
import { beginRoutes, NATIVE, native, RUN } from '../support/accept-routes.ts';
import { letIn } from '../support/callers.ts';
import { alertsOf } from '../support/hook-payloads.ts';
import { beginHooks } from '../support/hook-room.ts';
import { beginHandler } from '../support/http-handler.ts';
import { PROJECT } from '../support/messages.ts';

const refuse =
  (...checks: readonly string[]): Admit =>
  async () => ({ kind: 'refused', checks });

describe('a request without a proof does not come in', () => {
  it.each([
    ['a good body', '{"job_ids":[131]}', {}],
    ['no JSON', 'S3CRET', {}],
    ['another type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['compressed', 'H4sIAAAAAAAA', { 'content-encoding': 'gzip' }],
  ])('%s: 401, the same on each route, and nothing is queued', async (_, body, headers) => {
    const { post, sent, lines } = beginRoutes(
      undefined,
      refuse('bearer: no caller has this token'),
    );
    const dropIn = await post(RUN, body, { headers });
    expect([dropIn.status, dropIn.body]).toEqual([
      401,
      {
        error_code: 'APIGW.0301',
        error_msg: 'The request does not prove who sends it. Send a valid credential.',
      },
    ]);
    const ours = await post(NATIVE, body, { headers });
    expect([ours.status, ours.body]).toEqual([
      401,
      {
        type: 'urn:job-fanin:problem:not-authenticated',
        status: 401,
        title: 'Not authenticated',
        detail: 'The request does not prove who sends it. Send a valid credential.',
        instance: expect.stringMatching(/^urn:uuid:/),
      },
    ]);
    expect(ours.headers['www-authenticate']).toBe('Bearer');
    expect(sent).toEqual([]);
    expect(lines.map(({ event }) => event)).toEqual(['refused', 'refused']);
  });

  it('one log line names the failed checks, and the answer does not', async () => {
    const { post, lines } = beginRoutes(undefined, refuse('bearer: x', 'basic: y'));
    const answer = await post(RUN, { job_ids: [131] });
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'refused',
        fields: {
          intent_id: answer.headers['x-intent-id'],
          status: 401,
          method: 'POST',
          path: RUN,
          reason: 'not-authenticated',
          check: 'bearer: x; basic: y',
        },
      },
    ]);
    expect(answer.text).not.toContain('bearer');
  });

  it('a request without a credential says so in the log', async () => {
    const { post, lines } = beginRoutes(undefined, refuse());
    await post(NATIVE, native);
    expect(lines).toMatchObject([{ fields: { check: 'no credential' } }]);
  });

  it('a good proof of no caller is 403: a client that fetches tokens would fetch new ones for ever', async () => {
    const check = 'iam: no caller has its user or domain';
    const { post, sent, lines } = beginRoutes(undefined, async () => ({
      kind: 'stranger',
      checks: [check],
    }));
    const answer = await post(RUN, { job_ids: [131] });
    expect([answer.status, answer.body.error_code]).toEqual([403, 'APIGW.0302']);
    expect(sent).toEqual([]);
    expect(lines).toMatchObject([{ event: 'refused', fields: { status: 403, check } }]);
  });

  it('while a proof cannot be judged: 503, and the log says why', async () => {
    const { post, lines } = beginRoutes(undefined, async () => ({
      kind: 'out of reach',
      checks: ['iam: IAM: timeout'],
    }));
    const answer = await post(RUN, { job_ids: [131] });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(lines).toMatchObject([{ event: 'refused', fields: { check: 'iam: IAM: timeout' } }]);
  });

  it('while the callers cannot be read: 503, and when to come again', async () => {
    const { post, sent } = beginRoutes(undefined, async () => ({ kind: 'out of reach' }));
    const answer = await post(NATIVE, native);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.body).toMatchObject({ type: 'urn:job-fanin:problem:callers-unavailable' });
    expect(sent).toEqual([]);
  });
});

describe('a caller without the grant is refused', () => {
  const only = { grants: [{ projects: [PROJECT], operations: ['dli.run'], jobs: ['131'] }] };
  it.each([
    ['another operation', { ...native, operation: 'dli.stop' }],
    ['another project', { ...native, project_id: 'other' }],
    ['another job', { ...native, jobs: [131, 132] }],
  ])('%s: 403, and nothing is queued', async (_, body) => {
    const { post, sent, lines } = beginRoutes(undefined, letIn({ id: 'bot', ...only }));
    const answer = await post(NATIVE, body);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ type: 'urn:job-fanin:problem:not-granted' });
    expect(sent).toEqual([]);
    expect(lines).toMatchObject([
      {
        event: 'refused',
        fields: { status: 403, check: expect.stringMatching(/^caller bot: no grant for /) },
      },
    ]);
  });

  it('what it may do is queued in its name', async () => {
    const { post, queued } = beginRoutes(undefined, letIn({ id: 'bot', ...only }));
    expect((await post(RUN, { job_ids: [131] })).status).toBe(200);
    expect(queued()).toMatchObject([{ caller: 'bot', jobs: ['131'] }]);
    const refused = await post(RUN, { job_ids: [132] });
    expect([refused.status, refused.body.error_code]).toEqual([403, 'APIGW.0302']);
  });

  it('faults of the body come first: they tell nothing that the schema does not', async () => {
    const { post } = beginRoutes(undefined, letIn({ grants: [] }));
    expect((await post(NATIVE, { ...native, jobs: [] })).status).toBe(400);
  });
});

describe('a proof covers the request as it came', () => {
  const seen: Parameters<Admit>[] = [];
  const admit: Admit = async (...asked) => {
    seen.push(asked);
    return { kind: 'proved', caller: { id: 'c', grants: [] } };
  };
  const ok = async (): Promise<Handled> => ({ ok: true, answer: { status: 200, body: {} } });

  it('its method, each form of its path, its query, its headers and its bytes', async () => {
    const { invoke } = beginHandler(ok, admit);
    await invoke({
      version: '2.0',
      rawPath: '/dev/plain',
      rawQueryString: 'a=%20b&a=c',
      headers: { 'X-A': '1', 'x-a': '2', 'content-type': 'application/json' },
      requestContext: { http: { method: 'POST' }, stage: 'dev' },
      body: Buffer.from([0x7b, 0x7d]).toString('base64'),
      isBase64Encoded: true,
    });
    expect(seen.at(-1)).toEqual([
      'callers',
      {
        method: 'POST',
        paths: ['/dev/plain', '/plain'],
        query: 'a=%20b&a=c',
        headers: { 'x-a': '1,2', 'content-type': 'application/json' },
        body: Buffer.from('{}'),
      },
      undefined,
    ]);
  });

  it('also one that is no text: it is decoded only after the proof', async () => {
    const { ask } = beginHandler(ok, admit);
    const body = Buffer.from([0xff, 0xfe]).toString('base64');
    expect((await ask({ body, isBase64Encoded: true })).status).toBe(400);
    expect(seen.at(-1)?.[1].body).toEqual(Buffer.from([0xff, 0xfe]));
  });

  it('a body that is too large is refused before any proof is checked', async () => {
    const { ask } = beginHandler(ok, admit);
    const before = seen.length;
    expect((await ask({ body: 'x'.repeat(1_000_000) })).status).toBe(413);
    expect(seen).toHaveLength(before);
  });
});

describe('a caller has a rate', () => {
  const throttle = (id: string): number => (id === 'busy' ? 1_200 : 0);

  it('above it: 429 in the shape of the route, and when to come again', async () => {
    const { post, sent, lines } = beginRoutes(undefined, letIn({ id: 'busy' }), throttle);
    const ours = await post(NATIVE, native);
    expect([ours.status, ours.headers['retry-after']]).toEqual([429, '2']);
    expect(ours.body).toMatchObject({
      type: 'urn:job-fanin:problem:quota-exceeded',
      status: 429,
      detail: 'The caller sends more requests than it may. Send the request again in 2 s.',
    });
    const dropIn = await post(RUN, 'no JSON');
    expect([dropIn.status, dropIn.headers['retry-after']]).toEqual([429, '2']);
    expect(dropIn.body).toMatchObject({ error_code: 'APIGW.0308' });
    expect(sent).toEqual([]);
    expect(lines).toMatchObject([
      { event: 'refused', fields: { status: 429, check: 'caller busy: over its rate' } },
      {},
    ]);
  });

  it('another caller is not held up', async () => {
    const { post } = beginRoutes(undefined, letIn({ id: 'calm' }), throttle);
    expect((await post(NATIVE, native)).status).toBe(202);
  });

  it('a request without a proof uses none of it', async () => {
    const asked: string[] = [];
    const note = (id: string): number => asked.push(id);
    const { post } = beginRoutes(undefined, refuse(), note);
    expect((await post(NATIVE, native)).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('a hook is answered with 503, which its sender repeats', async () => {
    const { post, sent } = beginHooks({ takeToken: () => 1_200 });
    const answer = await post('alertmanager', alertsOf(['firing', '131']));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(answer.body).toMatchObject({ type: 'urn:job-fanin:problem:quota-exceeded' });
    expect(sent).toEqual([]);
  });
});

describe('a body that is too much is not parsed', () => {
  it('all faults are named at once, those beside it too', async () => {
    const { post, sent } = beginRoutes();
    const body = `{"jobs":${'['.repeat(200)}`;
    const headers = { 'content-type': 'application/json', 'x-correlation-id': 'ü' };
    const answer = await post(NATIVE, body, { headers });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { pointer: 'header X-Correlation-Id', detail: expect.any(String) },
      { pointer: '#', detail: 'the JSON is nested more than 100 levels deep' },
    ]);
    expect(sent).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Handled } from '../../shared/accept/route.ts';
import { BODY_LIMIT } from '../../shared/accept/take-request.ts';
import { JSON_TYPE, type Sent } from '../support/http-events.ts';
import { beginHandler as begin } from '../support/http-handler.ts';
import { idAt } from '../support/messages.ts';

describe('a route gets the request', () => {
  it('with its path, its parameters, its headers in lower case and its text', async () => {
    const { ask, requests } = begin();
    const text = '{"job_ids":[9223372036854775807]}';
    await ask({
      path: '/v9/p-1/jobs/run',
      headers: { 'Content-TYPE': 'application/json', 'X-Language': 'zh-cn' },
      body: text,
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      path: '/v9/p-1/jobs/run',
      params: { project_id: 'p-1' },
      text,
    });
    expect({ ...requests[0]?.headers }).toEqual({
      'content-type': 'application/json',
      'x-language': 'zh-cn',
    });
  });

  it.each([
    ['base64', Buffer.from('{"a":"é €"}').toString('base64'), true, '{"a":"é €"}'],
    ['a byte order mark', `\ufeff{}`, false, '{}'],
    ['no body', undefined, false, ''],
    ['an empty body', '', false, ''],
  ])('%s', async (_, body, isBase64Encoded, text) => {
    const { ask, requests } = begin();
    await ask({ isBase64Encoded, body });
    expect(requests.map((request) => request.text)).toEqual([text]);
  });

  it.each([
    ['application/json'],
    ['application/json;charset=utf-8'],
    ['application/json ; charset=UTF-8'],
    ['APPLICATION/JSON'],
    ['application/cloudevents+json'],
    ['application/vnd.api+json; v=1'],
  ])('content type %s is JSON', async (type) => {
    const { ask } = begin();
    expect((await ask({ headers: { 'content-type': type } })).status).toBe(202);
  });
});

describe('a GET has no body', () => {
  it('it needs no content type, and is answered with a text as it is', async () => {
    const text = '{"id": 9223372036854775807}';
    const { ask, requests } = begin(async () => ({
      ok: true,
      answer: { status: 200, body: undefined, text },
    }));
    const answer = await ask({ path: '/text', method: 'GET', headers: {}, body: undefined });
    expect([answer.status, answer.text]).toEqual([200, text]);
    expect(requests).toMatchObject([{ path: '/text', text: '' }]);
  });

  it('no other method is allowed there', async () => {
    const { ask } = begin();
    const answer = await ask({ path: '/text' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
  });
});

it.each([
  ['an answer to a question', { isAnswer: true }, 'debug'],
  ['what a caller can mend', {}, 'info'],
  ['a check that kept a stranger out', { check: 'bearer: unknown' }, 'warn'],
] as const)('%s is logged at its level', async (_, more, level) => {
  const problem = { status: 404, title: 'Not Found', detail: 'no' };
  const { ask, lines } = begin(async () => ({ ok: false, problem, ...more }));
  await ask({ path: '/text', method: 'GET', headers: {}, body: undefined });
  expect(lines).toMatchObject([{ level, event: 'refused', fields: { status: 404 } }]);
});

describe('a bad request is refused in the shape of its path, before a route sees it', () => {
  const refused = async (sent: Partial<Sent>) => {
    const { ask, requests, lines } = begin();
    const answer = await ask(sent);
    expect(requests).toEqual([]);
    expect(lines).toMatchObject([{ event: 'refused', fields: { status: answer.status } }]);
    expect(answer.body.path).toBe(sent.path ?? '/plain');
    expect(answer.headers['content-type']).toBe(
      sent.path?.startsWith('/v9/') ? 'application/json' : 'application/problem+json',
    );
    expect(answer.headers['x-intent-id']).toBe(idAt(1));
    return answer;
  };

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['application/jsonp'],
    ['text/json'],
    ['json'],
    [''],
  ])('content type %j: 415', async (type) => {
    for (const path of ['/plain', '/v9/p/jobs/run'])
      expect((await refused({ path, headers: { 'content-type': type } })).status).toBe(415);
  });

  it('no content type: 415', async () => {
    expect((await refused({ headers: {} })).status).toBe(415);
  });

  it('invalid UTF-8: 400', async () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64');
    const answer = await refused({ body, isBase64Encoded: true });
    expect([answer.status, answer.body.detail]).toEqual([400, 'The body is not UTF-8 text.']);
  });

  it('a body at the limit: 413, counted in bytes of UTF-8, plain or as base64', async () => {
    const large = `"${'€'.repeat(BODY_LIMIT / 3)}"`;
    expect((await refused({ body: large })).status).toBe(413);
    expect(
      (await refused({ body: Buffer.from(large).toString('base64'), isBase64Encoded: true }))
        .status,
    ).toBe(413);
    const { ask } = begin();
    expect((await ask({ body: 'x'.repeat(BODY_LIMIT - 1) })).status).toBe(202);
  });

  it.each([
    ['/'],
    ['/nowhere'],
    ['/plain/more'],
    ['/v9/p/jobs'],
    ['/v9/p/q/jobs/run'],
    ['/v9//jobs/run'],
    ['/PLAIN'],
    ['/v9/%zz/jobs'],
    ['/plain%2F'],
    ['/v9xp/jobs/run'],
  ])('%s: 404', async (path) => {
    expect((await refused({ path })).status).toBe(404);
  });

  it.each([['GET'], ['PUT'], ['DELETE'], ['PATCH'], ['OPTIONS'], ['HEAD']])(
    '%s on a known path: 405, with what is allowed',
    async (method) => {
      for (const path of ['/plain', '/v9/p/jobs/run', '/plain/']) {
        const answer = await refused({ path, method });
        expect(answer.status).toBe(405);
        expect(answer.headers.allow).toBe('POST');
      }
    },
  );

  it('an invalid project id reaches the route, which refuses it', async () => {
    const { ask, requests } = begin();
    await ask({ path: '/v9/%2e%2e/jobs/run' });
    expect(requests[0]?.params.project_id).toBe('%2e%2e');
  });
});

describe('every answer carries an intent id of its own', () => {
  it('that of the intent, if there is one', async () => {
    const { ask } = begin();
    const [first, second] = [await ask({}), await ask({})];
    expect(first.body).toEqual({ took: idAt(1) });
    expect(first.headers).toEqual({
      ...JSON_TYPE,
      'x-intent-id': idAt(1),
      'x-request-id': idAt(1),
    });
    expect(second.headers['x-intent-id']).toBe(idAt(2));
  });

  it('a 503 says when to retry', async () => {
    const { ask } = begin(async () => ({
      ok: false,
      problem: { status: 503, title: 't', detail: 'd' },
    }));
    const answer = await ask({});
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '5', 'x-intent-id': idAt(1) });
  });
});

describe('an unexpected error is answered in the shape of the path, and leaks nothing', () => {
  it.each([
    ['rejects', async () => Promise.reject(new Error('secret at /var/task'))],
    [
      'throws',
      () => {
        throw new Error('secret at /var/task');
      },
    ],
    [
      'throws what is no error',
      () => {
        throw 'secret';
      },
    ],
    [
      'has an answer that cannot be written',
      async (): Promise<Handled> => ({
        ok: true,
        answer: {
          status: 202,
          body: {
            toJSON: () => {
              throw new Error('secret at /var/task');
            },
          },
        },
      }),
    ],
  ])('a route that %s: 500', async (_, handle) => {
    const { ask, lines } = begin(handle);
    for (const path of ['/plain', '/v9/p/jobs/run']) {
      const answer = await ask({ path });
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('secret');
      expect(answer.body.path).toBe(path);
      expect(answer.headers['x-intent-id']).toMatch(/-/);
    }
    expect(lines.map(({ event }) => event)).toEqual(['unexpected', 'unexpected']);
    expect(JSON.stringify(lines)).toContain('secret');
  });
});

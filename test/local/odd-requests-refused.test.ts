import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exchange, rawRequest } from '../support/raw-http.ts';
import { ENTRY_ROUTES, expectNotOffered, expectRefused } from '../support/routes.ts';
import { beginStack, JSON_TYPE, send, type TestStack } from '../support/stack.ts';
import {
  delivered,
  INTENTS_PATH,
  runPath,
  SUBMITTED,
  startPath,
  stopPath,
} from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(() => stack.stop());

const BODY = '{"job_ids":[131]}';
const TASKS = '{"jobs":[{"job_id":"a"}]}';

const find = (name: string) => {
  const route = ENTRY_ROUTES.find((entry) => entry.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  return route;
};

/** What had been queued would be on a queue now, or would have gone upstream. */
const nothingHappened = async () => {
  expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  expect(stack.upstream.calls).toEqual([]);
};

describe('a request that is for no route is refused in the words of its path', () => {
  afterAll(nothingHappened);

  const raw = async (path: string, body = BODY) => {
    const answer = await exchange(stack.url, rawRequest('POST', path, body));
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };

  test.each([
    '../x',
    '..',
    '.',
    'a/b',
    'a%2Fb',
    'a%2fb',
    '%2e%2e',
    '..%2F..',
    '%zz',
    '%',
    '%00',
    '%20',
    'a.b',
    'a+b',
    '{project_id}',
    '',
    'a'.repeat(65),
    'a'.repeat(8_000),
    '%C3%BC',
    ';',
    '*',
  ])('a project id of %j', async (project) => {
    for (const [name, path, body] of [
      ['dli.run', runPath(project), BODY],
      ['dli.stop', stopPath(project), BODY],
      ['drs.start', startPath(project), TASKS],
    ] as const) {
      const answer = await raw(path, body);
      // What is more or less than one part of a path is another path, which the vendor may have.
      if (answer.status === 501) expectNotOffered(answer);
      else expectRefused(find(name), answer);
      expect(answer.status === 501).toBe(['../x', 'a/b', ''].includes(project));
    }
  });

  test.each([
    '/v1.0/../x',
    '/v1.0/',
    '/v1.0/p/streaming/jobs/run/x',
    '/v1.0/p/streaming/jobs/run//',
    '/v1.0//p/streaming/jobs/run',
    '/v1.0/p/streaming/jobs/list',
    '/v1.0/p/streaming/jobs/RUN',
    '/v1.0/p/streaming/jobs/run%3Fx',
    '/v1.0/p/streaming/jobs/run#x',
    '/v2.0/p/batches',
  ])('%s, as a call of DLI that is not offered', async (path) => {
    expectNotOffered(await raw(path));
  });

  test.each([
    '/v3/../v1.0/p/streaming/jobs/run',
    '/v3/p/jobs',
    '/v3/p/jobs/batch-starting/x',
    '/v3/auth/tokens?nocatalog=1',
    '/v5/p/jobs/action',
  ])('%s, as a call of DRS or IAM that is not offered', async (path) => {
    expectNotOffered(await raw(path, TASKS));
  });

  test.each([
    '/',
    '//',
    '*',
    '/v1',
    '/v1/intents/x/y',
    '/V1/INTENTS',
    '//v1/intents',
    '/v1//intents',
    '/v1.0',
    '/v1x0/p/streaming/jobs/run',
    '//v1.0/p/streaming/jobs/run',
    '/__proto__',
    '/constructor',
    '/local/results',
    '/2015-03-31/functions/accept-event',
    'http://elsewhere.invalid/',
  ])('%s, as problem details', async (path) => {
    const answer = await raw(path);
    expectRefused(find('native'), answer);
    expect(answer.status).toBe(404);
  });
});

describe.each(ENTRY_ROUTES)('$name: another method than $method is refused', (route) => {
  afterAll(nothingHappened);

  const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND'.split(' ');

  test.each(methods.filter((method) => method !== route.method))('%s', async (method) => {
    const body = method === 'TRACE' ? '' : route.listing(`[${route.good(1)}]`);
    const answer = await exchange(stack.url, rawRequest(method, route.path, body));
    if (answer === undefined) throw new Error('no answer');
    const isOurs = route.name === 'native';
    if (isOurs) expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    else expect(answer.status).toBe(501);
    if (method === 'HEAD') expect(answer.text).toBe('');
    else if (isOurs) expectRefused(route, answer);
    else expectNotOffered(answer);
  });
});

describe('what is no HTTP, or too much of it, is refused at the door and harms nobody', () => {
  afterEach(async () => {
    await nothingHappened();
    expect((await send(`${stack.url}/healthz`, null, {}, 'GET')).status).toBe(200);
  });

  const brew = rawRequest('BREW', runPath('p'), BODY);
  const wide = rawRequest('POST', runPath('p'), BODY, [`X-Wide: ${'x'.repeat(20_000)}`]);

  test.each([
    ['another method', brew, [400]],
    ['no HTTP', 'hello\r\n\r\n', [400]],
    ['a header without end', wide, [431]],
    ['a path of letters beyond ASCII', rawRequest('POST', '/v1.0/ü/x', ''), [400]],
    ['two lengths', rawRequest('POST', runPath('p'), BODY, ['Content-Length: 1']), [400]],
    ['an unknown expectation', rawRequest('POST', runPath('p'), BODY, ['Expect: tea']), [417]],
    ['a tunnel', 'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', []],
  ])('%s', async (_, bytes, statuses) => {
    const answer = await exchange(stack.url, bytes);
    expect(answer === undefined ? [] : [answer.status]).toEqual(statuses);
  });

  test('11 MB are more than API Gateway takes', async () => {
    const body = BODY + ' '.repeat(11 * 2 ** 20);
    for (const route of ENTRY_ROUTES) expect((await stack.request(route, body)).status).toBe(413);
  });
});

describe('what is only unusual is taken', () => {
  test.each([
    ['a query', `${runPath('odd')}?x=1`, {}],
    ['a slash at the end', `${runPath('odd')}/`, {}],
    ['a charset', runPath('odd'), { 'content-type': 'application/json; charset=UTF-8' }],
    ['a type in capitals', runPath('odd'), { 'content-type': 'Application/JSON' }],
    ['a type of one’s own', runPath('odd'), { 'content-type': 'application/vnd.acme.v1+json' }],
    ['headers named as an object’s own', runPath('odd'), { constructor: 'x', __proto__x: 'y' }],
    ['a project named as an object’s own', runPath('__proto__'), {}],
  ])('%s', async (_, path, headers) => {
    const { status, text } = await stack.post(path, BODY, { ...JSON_TYPE, ...headers });
    expect({ status, body: JSON.parse(text) }).toEqual({
      status: 200,
      body: delivered(SUBMITTED, 1),
    });
  });

  test('a byte order mark', async () => {
    expect(
      (
        await stack.post(
          INTENTS_PATH,
          `\ufeff{"operation":"dli.run","project_id":"odd","jobs":[1]}`,
        )
      ).status,
    ).toBe(202);
  });
});

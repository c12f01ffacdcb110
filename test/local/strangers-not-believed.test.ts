import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isObject } from '../../shared/json/json.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH } from '../support/vendor.ts';

const html = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'text/html', server: 'nginx' }).end(body);
};
const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** What stands where the upstream should be, by the project that asks: the request's path, and the reply. */
const STRANGERS: Readonly<Record<string, (response: ServerResponse, path: string) => void>> = {
  'wrong-endpoint': (response) =>
    html(response, 404, '<html><h1>404 Not Found</h1><hr>nginx</html>'),
  forbidden: (response) =>
    json(response, 403, {
      error: { code: 403, message: 'Action Forbidden', title: 'Forbidden' },
    }),
  moved: (response) => response.writeHead(302, { location: '/login' }).end(),
  maintenance: (response) => html(response, 200, '<html>Back soon</html>'),
  'one-route-404': (response, path) =>
    path.endsWith('/stop')
      ? json(response, 404, {
          error_code: 'APIGW.0101',
          error_msg: 'The API does not exist or has not been published in the environment.',
          request_id: 'r-1',
        })
      : json(response, 200, [{ is_success: 'true', message: 'words' }]),
};

const REASONS: Readonly<Record<string, string>> = {
  'wrong-endpoint':
    '404 text/html: not a reply of the service: <html><h1>404 Not Found</h1><hr>nginx</html>',
  forbidden:
    '403 application/json: not a reply of the service: {"error":{"code":403,"message":"Action Forbidden","title":"Forbidden"}}',
  moved: '302: not a reply of the service: an empty body',
  'one-route-404':
    '404: APIGW.0101: The API does not exist or has not been published in the environment.',
};

const requests: { readonly method: string; readonly path: string }[] = [];
const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  request.resume().on('end', () => {
    requests.push({ method, path: url });
    STRANGERS[url.split('/')[2] ?? '']?.(response, url);
  });
});
const sentFor = (project: string) => requests.filter(({ path }) => path.includes(`/${project}/`));

let stack: TestStack;
const said: string[] = [];
const intents = new Map<string, string>();

/** Intents come back after the breaker was open for 5 s, and have their results after the second time, of 5 s as well. */
const GOOD_FOR_MS = 8_000;

/** They are told after the first: the second one of a missing right is a minute. */
const FORBIDDEN_FOR_MS = 5_000;

/** Hands in an intent that is good for a few seconds. */
const wish = async (project: string, operation: string, jobs: readonly number[]): Promise<void> => {
  const goodForMs = project === 'forbidden' ? FORBIDDEN_FOR_MS : GOOD_FOR_MS;
  const expires_at = new Date(Date.now() + goodForMs).toISOString();
  const body = JSON.stringify({ operation, project_id: project, jobs, expires_at });
  const { intentId, status, text } = await stack.post(INTENTS_PATH, body);
  expect(text).toContain(intentId);
  expect(status).toBe(202);
  intents.set(`${project} ${operation}`, intentId);
};

const resultsOf = (name: string) =>
  stack.resultsOf(intents.get(name) ?? '').map(({ job_id, outcome, error }) => ({
    job_id,
    outcome,
    ...(isObject(error) && { said: error.message }),
  }));

/** Before each test, since vitest restores what is spied on. */
const listen = (): void => {
  vi.spyOn(console, 'error').mockImplementation((...words) => {
    said.push(words.join(' '));
  });
};

beforeEach(listen);

beforeAll(async () => {
  listen();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  stack = await beginStack({
    // A batch of its own for each intent: none is told by another's verdict.
    BATCH_SIZE: '1',
    BATCH_WINDOW_SECONDS: '0',
    CALL_TIMEOUT_SECONDS: '4',
    FUNCTION_TIMEOUT_SECONDS: '19',
    LEASE_MARGIN_SECONDS: '1',
    DLI_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  for (const project of ['wrong-endpoint', 'forbidden', 'moved'])
    await wish(project, 'dli.run', [1, 2, 3]);
  await wish('maintenance', 'dli.run', [1]);
  await wish('one-route-404', 'dli.stop', [1, 2]);
  await until(() => expect(sentFor('one-route-404')).toHaveLength(1));
  await wish('one-route-404', 'dli.run', [7]);
});
afterAll(async () => {
  await stack.stop();
  server.close();
  vi.restoreAllMocks();
});

describe('where somebody else answers for the upstream', () => {
  const told = (project: string) => said.filter((line) => line.includes(REASONS[project] ?? '?'));

  test.each(['wrong-endpoint', 'forbidden', 'moved'])(
    '%s: few requests, no look, the function fails, and the results say why',
    async (project) => {
      await until(() => expect(resultsOf(`${project} dli.run`)).toHaveLength(3));
      const reason = REASONS[project];
      expect(resultsOf(`${project} dli.run`)).toEqual(
        ['1', '2', '3'].map((job_id) => ({ job_id, outcome: 'expired', said: reason })),
      );
      const sent = sentFor(project);
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.length).toBeLessThan(6);
      expect(sent.every(({ method }) => method === 'POST')).toBe(true);
      expect(told(project).length).toBeGreaterThan(0);
      for (const line of told(project))
        expect(line).toMatch(/^the function failed.*The upstream refused every request/);
    },
  );

  test('a page that may have come after the deed is looked into, with few requests', async () => {
    await until(() =>
      expect(said.some((line) => line.includes('<html>Back soon</html>'))).toBe(true),
    );
    const sent = sentFor('maintenance');
    expect(sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(sent.length).toBeLessThan(10);
  });

  test('a 404 of one route holds up no other: its jobs wait, and the others are served', async () => {
    await until(() => expect(resultsOf('one-route-404 dli.stop')).toHaveLength(2));
    const [run] = resultsOf('one-route-404 dli.run');
    expect(run).toEqual({ job_id: '7', outcome: 'delivered' });
    expect(resultsOf('one-route-404 dli.stop')).toEqual(
      ['1', '2'].map((job_id) => ({
        job_id,
        outcome: 'expired',
        said: REASONS['one-route-404'],
      })),
    );
    expect(sentFor('one-route-404').length).toBeLessThan(7);
    expect(told('one-route-404').length).toBeGreaterThan(0);
  });
});

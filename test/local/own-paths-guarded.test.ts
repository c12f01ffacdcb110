import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStackSettings } from '../../local/settings.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const TOKEN = 'another-token';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(readStackSettings({ PORT: '0', DEV_TOKEN: TOKEN }));
});
afterAll(() => stack.stop());

const INVOKE = '/2015-03-31/functions/accept-event/invocations';
const WISH = JSON.stringify({ operation: 'dli.stop', project_id: 'p', jobs: ['1'] });

const statusOf = async (
  path: string,
  headers: Record<string, string>,
  method: 'GET' | 'POST' | 'PUT' = 'GET',
  body = '',
): Promise<number> => {
  const reply = await request(stack.url + path, {
    method,
    headers,
    ...(method !== 'GET' && { body }),
  });
  await reply.body.dump();
  return reply.statusCode;
};

const invoke = (headers: Record<string, string>) => statusOf(INVOKE, headers, 'POST', WISH);
const PAGE = { origin: 'https://evil.example', 'content-type': 'text/plain' };

describe('a page under a name of its own for this machine', () => {
  const host = { host: 'evil.example:3000' };
  const EVERY = ['/v1/intents', '/v1.0/p/streaming/jobs/run', '/v1/hooks/dev-github', '/healthz'];

  const statusesOf = async (at: Stack, headers: Record<string, string>) =>
    Promise.all(
      ['/', ...EVERY].map(async (path) => {
        const isPost = path !== '/' && path !== '/healthz';
        const reply = await request(at.url + path, {
          method: isPost ? 'POST' : 'GET',
          headers: { ...headers, 'content-type': 'application/json' },
          ...(isPost && { body: WISH }),
        });
        await reply.body.dump();
        return reply.statusCode;
      }),
    );

  test('reaches no path while the public token lets callers in', async () => {
    const open = await startStack(readStackSettings({ PORT: '0' }));
    const proof = { authorization: 'Bearer dev-token' };
    try {
      expect(await statusesOf(open, { ...host, ...proof })).toEqual([403, 403, 403, 403, 403]);
      for (const name of ['localhost:3000', '127.0.0.1', '[::1]:3000'])
        expect(await statusesOf(open, { host: name, ...proof })).not.toContain(403);
    } finally {
      await open.stop();
    }
  });

  test('reaches them with a token of one’s own in force, which it does not know', async () => {
    const proof = { authorization: `Bearer ${TOKEN}` };
    expect((await statusesOf(stack, { ...host, ...proof })).slice(1, 2)).toEqual([202]);
    expect((await statusesOf(stack, { ...host, authorization: 'Bearer dev-token' }))[1]).toBe(401);
  });
});

describe('the paths for whoever runs the stack', () => {
  test('serve this machine', async () => {
    expect(await invoke({})).toBe(200);
    expect(await statusOf('/local/results', {})).toBe(200);
  });

  test.each([
    ['a web page', PAGE],
    ['an image of a web page', { 'sec-fetch-site': 'cross-site' }],
    ['a page under a name of its own for this machine', { host: 'evil.example' }],
  ])('refuse %s', async (_, headers) => {
    expect(await invoke(headers)).toBe(403);
    expect(await statusOf('/local/results', headers)).toBe(403);
    expect(await statusOf('/local/upstream', headers, 'PUT', '{}')).toBe(403);
  });

  test('take the token of the development callers from anywhere, and no other', async () => {
    const withToken = (token: string) => ({ ...PAGE, authorization: `Bearer ${token}` });
    expect(await invoke(withToken(TOKEN))).toBe(200);
    expect(await invoke(withToken('dev-token'))).toBe(403);
    expect(await invoke(withToken(`${TOKEN}x`))).toBe(403);
  });

  test('and no spelling of a path leads around', async () => {
    for (const path of [`/.${INVOKE}`, `/x/..${INVOKE}`, `/${INVOKE}`, INVOKE.replace('f', '%66')])
      expect(await statusOf(path, PAGE, 'POST', WISH)).not.toBe(200);
  });

  test('the health of the stack is told to every watcher', async () => {
    expect(await statusOf('/healthz', PAGE)).toBe(200);
  });
});

import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStackSettings } from '../../local/settings.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { beginConsole, read } from './console-room.ts';

const TOKEN = 'a-token-of-our-own';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(readStackSettings({ PORT: '0', DEV_TOKEN: TOKEN }));
});
afterAll(() => stack.stop());

const statusOf = async (
  path: string,
  headers: Record<string, string>,
  method: 'GET' | 'PUT' = 'GET',
): Promise<number> => {
  const reply = await request(stack.url + path, {
    method,
    headers,
    ...(method === 'PUT' && { body: '{"seed": 1}' }),
  });
  const { statusCode } = reply;
  // The stream has no end.
  if (statusCode === 200 && path.endsWith('/stream'))
    reply.body.on('error', () => undefined).destroy();
  else await reply.body.dump();
  return statusCode;
};

const PATHS = ['about', 'job', 'intent', 'call', 'stream'].map((name) => `/local/console/${name}`);
const OTHER = { origin: 'https://evil.example' };

describe('the console is for this machine', () => {
  it('its own page may ask and switch; its origin is the address of the request', async () => {
    const own = { origin: stack.url, 'sec-fetch-site': 'same-origin' };
    expect(await statusOf('/local/console/about', own)).toBe(200);
    expect(await statusOf('/local/upstream/seed', own, 'PUT')).toBe(200);
  });

  it.each(PATHS)('%s is kept from the pages of others, and from other names', async (path) => {
    expect(await statusOf(path, OTHER)).toBe(403);
    expect(await statusOf(path, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusOf(path, { host: 'evil.example' })).toBe(403);
    const rebound = { host: 'evil.example', origin: 'http://evil.example' };
    expect(await statusOf(path, rebound)).toBe(403);
  });

  it('a page of another port of this machine is another page', async () => {
    const { hostname } = new URL(stack.url);
    const origin = `http://${hostname}:1`;
    expect(await statusOf('/local/upstream/seed', { origin }, 'PUT')).toBe(403);
  });

  it('with the token it is open from anywhere', async () => {
    const proof = { ...OTHER, authorization: `Bearer ${TOKEN}` };
    for (const path of ['/local/console/about', '/local/console/stream'])
      expect(await statusOf(path, proof)).toBe(200);
  });

  it('a token of our own is never handed out; the public one is', async () => {
    expect(JSON.stringify(await read(stack.url, '/local/console/about'))).not.toContain(TOKEN);
    const usual = await beginConsole();
    expect((await read(usual.url, '/local/console/about')).body.token).toBe('dev-token');
    await usual.stop();
  });
});

describe('the page holds nothing of the stack, and runs nothing but its own files', () => {
  it('it comes with a policy that lets nothing else in', async () => {
    const { headers, body, statusCode } = await request(stack.url);
    await body.dump();
    expect(statusCode).toBe(200);
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('only its own files are served, by plain names', async () => {
    expect(await statusOf('/console/app.js', OTHER)).toBe(200);
    for (const path of ['/console/..%2f..%2fpackage.json', '/console/none.js', '/console/app.ts'])
      expect(await statusOf(path, {})).toBe(404);
  });
});

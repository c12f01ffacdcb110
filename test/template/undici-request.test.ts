import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinModulesUnlinked } from '../../build/builtin-modules.ts';
import { undiciRequestOnly } from '../../build/undici-request.ts';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import { headRead, holdTimeouts } from '../support/timeouts.ts';

/** What an upstream can do to a request, by the path that asks for it, and the reply that it makes. */
const conducts: Readonly<
  Record<string, readonly [(response: ServerResponse, timeIsUp: () => void) => void, object]>
> = {
  '/answers': [
    (response) => response.writeHead(200, { 'x-a': '1' }).end('{"is_success":"true"}'),
    { kind: 'replied', status: 200, body: '{"is_success":"true"}' },
  ],
  '/refuses?reason=quota': [
    (response) => response.writeHead(400).end('[{"error_code":"DLI.1028"}]'),
    { kind: 'replied', status: 400, body: '[{"error_code":"DLI.1028"}]' },
  ],
  '/throttles': [
    (response) => response.writeHead(429, { 'retry-after': '7' }).end(),
    { kind: 'replied', status: 429, retryAfter: 7 },
  ],
  '/redirects': [
    (response) => response.writeHead(307, { location: '/answers' }).end(),
    { kind: 'replied', status: 307 },
  ],
  '/breaks-off': [(response) => response.destroy(), { kind: 'silent' }],
  '/says-nothing': [
    (_, timeIsUp) => timeIsUp(),
    { kind: 'silent', reason: expect.stringContaining('TimeoutError') },
  ],
  '/stops-short': [
    (response, timeIsUp) => {
      void headRead().then(timeIsUp);
      response.writeHead(200).write('{"is_succ');
    },
    { kind: 'silent', reason: expect.stringContaining('TimeoutError') },
  ],
};

let server: Server;
let origin: string;
let folder: string;
interface Edge {
  readonly makeDispatcher: typeof makeDispatcher;
  readonly makeExchange: typeof makeExchange;
}

let bundled: Edge;
let timeIsUp: () => void;
const received: unknown[] = [];

beforeAll(async () => {
  server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const body = (await request.toArray()).join('');
    const { host: _, ...headers } = request.headers;
    received.push({ method: request.method, path: request.url, headers, body });
    conducts[request.url ?? '']?.[0](response, timeIsUp);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  folder = await mkdtemp(join(tmpdir(), 'undici-'));
  const outfile = join(folder, 'index.mjs');
  await build({
    stdin: {
      contents: `export { makeDispatcher, makeExchange } from './shared/edge/upstream.ts';`,
      resolveDir: join(import.meta.dirname, '../..'),
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [builtinModulesUnlinked, undiciRequestOnly],
  });
  bundled = await import(outfile);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const BOUNDS = {
  connectTimeoutMs: 60_000,
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  keepAliveMs: 60_000,
};

const exchange = async (edge: Edge, to: string, path: string) => {
  const dispatcher = edge.makeDispatcher(BOUNDS);
  const from = received.length;
  const reply = await edge.makeExchange(dispatcher, { timeoutMs: 300 })({
    method: 'POST',
    url: to + path,
    headers: { 'content-type': 'application/json' },
    body: '{"job_ids":[9223372036854775807]}',
  });
  await dispatcher.destroy();
  return { reply, received: received.slice(from) };
};

const bothWays = async (to: string, path: string) => ({
  whole: await exchange({ makeDispatcher, makeExchange }, to, path),
  parts: await exchange(bundled, to, path),
});

describe('a request goes the same way with undici in parts as with all of it', () => {
  test.each(Object.entries(conducts))('the upstream %s', async (path, [, reply]) => {
    const timeouts = holdTimeouts();
    timeIsUp = timeouts.timeIsUp;
    const { whole, parts } = await bothWays(origin, path);
    expect(timeouts.asked).toEqual([300, 300]);
    expect(parts).toEqual(whole);
    expect(parts.reply).toMatchObject(reply);
    expect(parts.received).toHaveLength(1);
  });

  test('the upstream is not there', async () => {
    const { whole, parts } = await bothWays('http://127.0.0.1:1', '/answers');
    expect(parts).toEqual(whole);
    expect(parts.reply).toMatchObject({ kind: 'unsent' });
  });
});

describe('the parts leave nothing out that a request needs', () => {
  test('requests of one dispatcher share a kept connection', async () => {
    let connections = 0;
    const count = (): void => {
      connections += 1;
    };
    const kept = createServer({ keepAliveTimeout: 60_000 }, (_, response) =>
      response.end('{}'),
    ).listen(0, '127.0.0.1');
    kept.on('connection', count);
    await once(kept, 'listening');
    const address = kept.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    for (const edge of [{ makeDispatcher, makeExchange }, bundled]) {
      connections = 0;
      const dispatcher = edge.makeDispatcher({ ...BOUNDS, connections: 1 });
      const send = edge.makeExchange(dispatcher, { timeoutMs: 60_000 });
      for (let i = 0; i < 5; i++)
        expect(await send({ method: 'POST', url, headers: {}, body: '{}' })).toMatchObject({
          kind: 'replied',
          status: 200,
        });
      expect(connections).toBe(1);
      await dispatcher.destroy();
    }
    kept.closeAllConnections();
    kept.close();
  });

  test('and neither a second parser, nor HTTP/2, nor fetch is in them', async () => {
    const code = await readFile(join(folder, 'index.mjs'), 'utf8');
    expect(code.length).toBeLessThan(320_000);
    expect(code).not.toMatch(/node:http2|extractMimeType|ClientHttp2Session/);
    expect(code.match(/AGFzbQ/g)).toHaveLength(1);
  });
});

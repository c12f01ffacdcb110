import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import { startBareServer } from '../support/bare-server.ts';
import { headRead, holdTimeouts } from '../support/timeouts.ts';
import { until } from '../support/until.ts';

const BOUNDS = {
  connectTimeoutMs: 60_000,
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  keepAliveMs: 60_000,
};

const begin = async (listener: RequestListener, timeoutMs = 60_000, bounds = {}) => {
  let requests = 0;
  const url = await startBareServer((request, response) => {
    requests++;
    request.resume().on('end', () => listener(request, response));
  });
  const dispatcher = makeDispatcher({ ...BOUNDS, ...bounds });
  onTestFinished(() => dispatcher.close());
  const exchange = makeExchange(dispatcher, { timeoutMs });
  return {
    send: () =>
      exchange({
        method: 'POST',
        url: `${url}/v1.0/p/streaming/jobs/run`,
        headers: { 'content-type': 'application/json' },
        body: '{"job_ids":[1]}',
      }),
    requests: () => requests,
  };
};

const silent = { kind: 'silent', reason: expect.stringMatching(/./) };
const unsent = { ...silent, kind: 'unsent', why: 'unreachable' };

describe('no answer on a real wire is a value, never an error, and nothing is sent twice', () => {
  it('no answer within the timeout', async () => {
    const { asked, timeIsUp } = holdTimeouts();
    const { send, requests } = await begin(timeIsUp, 100);
    expect(await send()).toEqual({ kind: 'silent', reason: expect.stringContaining('timeout') });
    expect([requests(), asked]).toEqual([1, [100]]);
  });

  it('no headers within their own timeout', async () => {
    const { send, requests } = await begin(() => undefined, 60_000, { headersTimeoutMs: 100 });
    expect(await send()).toEqual({ kind: 'silent', reason: expect.stringContaining('Headers') });
    // A request that was sent before the timeout may still arrive.
    await until(() => expect(requests()).toBe(1));
  });

  it('an answer that never ends', async () => {
    const { asked, timeIsUp } = holdTimeouts();
    const { send, requests } = await begin((_, response) => {
      void headRead().then(timeIsUp);
      response.writeHead(200).write('[{"is_success":"true"}');
    }, 100);
    expect(await send()).toEqual(silent);
    expect([requests(), asked]).toEqual([1, [100]]);
  });

  it('a connection broken before the answer', async () => {
    const { send, requests } = await begin((request) => request.socket.destroy());
    expect(await send()).toEqual(silent);
    expect(requests()).toBe(1);
  });

  it('a connection broken during the answer', async () => {
    const { send, requests } = await begin((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('[', () => request.socket.destroy());
    });
    expect(await send()).toEqual(silent);
    expect(requests()).toBe(1);
  });

  it('an answer that is too large is not read to its end', async () => {
    let written = 0;
    const { send } = await begin((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    expect(await send()).toEqual({
      kind: 'silent',
      reason: expect.stringContaining('larger than'),
    });
    expect(written).toBeGreaterThan(4 * 1024 * 1024);
  });

  it('the next request is served', async () => {
    let first = true;
    const { send } = await begin((request, response) => {
      if (!first) return void response.end('[]');
      first = false;
      request.socket.destroy();
    });
    expect(await send()).toEqual(silent);
    expect(await send()).toEqual({ kind: 'replied', status: 200, body: '[]' });
  });
});

describe('connections are kept', () => {
  it('requests one after another use the same connection', async () => {
    const sockets = new Set<unknown>();
    const { send } = await begin(
      (request, response) => {
        sockets.add(request.socket);
        response.end('[]');
      },
      60_000,
      { connections: 1 },
    );
    for (let i = 0; i < 5; i++) await send();
    expect(sockets.size).toBe(1);
  });

  it('no longer than our setting, whatever the server allows', async () => {
    let [opened, closed] = [0, 0];
    const { send } = await begin(
      (request, response) => {
        opened++;
        request.socket.once('close', () => {
          closed++;
        });
        // Otherwise the server itself closes idle connections, a little later.
        response.once('finish', () => request.socket.setTimeout(0));
        response.writeHead(200, { connection: 'keep-alive', 'keep-alive': 'timeout=600' }).end();
      },
      10_000,
      { keepAliveMs: 50 },
    );
    expect(await send()).toMatchObject({ kind: 'replied' });
    await until(() => expect(closed).toBe(1));
    expect(opened).toBe(1);
  });
});

describe('a request that was never written is unsent', () => {
  const sendTo = (url: string) => {
    const dispatcher = makeDispatcher(BOUNDS);
    onTestFinished(() => dispatcher.destroy());
    return makeExchange(dispatcher, { timeoutMs: 60_000 })({
      method: 'POST',
      url,
      headers: {},
      body: '{}',
    });
  };

  it('no server at the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((closed) => server.close(closed));
    expect(await sendTo(`http://127.0.0.1:${port}/`)).toEqual(unsent);
  });

  it('a name that does not resolve', async () => {
    expect(await sendTo('http://nowhere.invalid/')).toEqual(unsent);
  });

  it('a timeout before a connection was free; the request before it may have been served', async () => {
    const { timeIsUp } = holdTimeouts();
    const { send, requests } = await begin(timeIsUp, 100, { connections: 1 });
    const [first, second] = await Promise.all([send(), send()]);
    expect(first).toEqual(silent);
    expect(second).toEqual(unsent);
    expect(requests()).toBe(1);
  });
});

describe('no compression is asked for, but a compressed reply is read', () => {
  const ROWS = JSON.stringify([{ is_success: 'true', message: 'é €' }]);
  const answering = async (coding: string | string[], bytes: Uint8Array | string) => {
    const seen: unknown[] = [];
    const { send } = await begin((request, response) => {
      seen.push(request.headers['accept-encoding']);
      response.setHeader('content-encoding', coding);
      response.setHeader('content-type', 'application/json');
      response.end(bytes);
    });
    const reply = await send();
    expect(seen).toEqual(['identity']);
    return reply;
  };
  const json = { kind: 'replied', status: 200, contentType: 'application/json' };

  it.each<[string | string[], Uint8Array | string]>([
    ['gzip', gzipSync(ROWS)],
    ['GZIP', gzipSync(ROWS)],
    ['x-gzip', gzipSync(ROWS)],
    ['deflate', deflateSync(ROWS)],
    ['deflate', deflateRawSync(ROWS)],
    ['br', brotliCompressSync(ROWS)],
    ['zstd', zstdCompressSync(ROWS)],
    ['identity', ROWS],
    ['', ROWS],
    ['gzip, br', brotliCompressSync(gzipSync(ROWS))],
    [['gzip', 'identity', 'br'], brotliCompressSync(gzipSync(ROWS))],
  ])('%s', async (coding, bytes) => {
    expect(await answering(coding, bytes)).toEqual({ ...json, body: ROWS });
  });

  it('an empty body with a coding is empty', async () => {
    expect(await answering('gzip', '')).toEqual({ ...json, body: '' });
  });

  it.each<[string, Uint8Array | string]>([
    ['compress', ROWS],
    ['gzip', ROWS],
    ['gzip', gzipSync(ROWS).subarray(0, 20)],
    ['br', gzipSync(ROWS)],
    ['gzip, gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(gzipSync(ROWS))))],
  ])('a body that cannot be decoded becomes a sentence that says so: %s', async (coding, bytes) => {
    const body = `(unreadable: content-encoding ${coding})`;
    expect(await answering(coding, bytes)).toEqual({ ...json, body });
  });

  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('a body that is too large once decoded is not read: %s', async (coding, compress) => {
    const bytes = compress(Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    expect(bytes.length).toBeLessThan(10_000);
    const reason = expect.stringContaining('larger than');
    expect(await answering(coding, bytes)).toEqual({ kind: 'silent', reason });
    expect(await answering(coding, compress(Buffer.alloc(4 * 1024 * 1024, ' ')))).toMatchObject(
      json,
    );
  });
});

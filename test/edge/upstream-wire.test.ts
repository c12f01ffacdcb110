import type { RequestListener } from 'node:http';
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

describe('silence on a real wire is a reply, never an error, and nothing is sent twice', () => {
  it('no answer within the timeout', async () => {
    const { asked, timeIsUp } = holdTimeouts();
    const { send, requests } = await begin(timeIsUp, 100);
    expect(await send()).toEqual({ kind: 'silent', reason: expect.stringContaining('timeout') });
    expect([requests(), asked]).toEqual([1, [100]]);
  });

  it('no headers within their own timeout', async () => {
    const { send, requests } = await begin(() => undefined, 60_000, { headersTimeoutMs: 100 });
    expect(await send()).toEqual({ kind: 'silent', reason: expect.stringContaining('Headers') });
    // What was sent before the client gave up may still be on its way.
    await until(() => expect(requests()).toBe(1));
  });

  it('an answer that begins and never ends', async () => {
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

  it('a connection broken in the middle of the answer', async () => {
    const { send, requests } = await begin((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('[', () => request.socket.destroy());
    });
    expect(await send()).toEqual(silent);
    expect(requests()).toBe(1);
  });

  it('an answer without end, which is not read to its end', async () => {
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

  it('and afterwards the next request is served', async () => {
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
  it('one after another, requests go over the same one', async () => {
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

  it('no longer than is said here, whatever the server allows', async () => {
    let [opened, closed] = [0, 0];
    const { send } = await begin(
      (request, response) => {
        opened++;
        request.socket.once('close', () => {
          closed++;
        });
        // Else it closes idle connections itself, though a little later.
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

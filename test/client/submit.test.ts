import { describe, expect, it } from 'vitest';
import {
  createClient,
  type Intent,
  ProblemError,
  UnansweredError,
} from '../../clients/typescript/src/index.ts';
import { ACCEPTED, RECEIPT, type Reply, startClient } from '../support/client-server.ts';

const INTENT: Intent = {
  operation: 'dli.stop',
  project_id: 'p',
  jobs: ['9223372036854775807'],
  options: { trigger_savepoint: true },
};

const errorOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an intent is handed in', () => {
  it('to the native route, with a token, a key and exact ids', async () => {
    const { client, requests } = await startClient([ACCEPTED]);
    expect(await client.submit(INTENT)).toEqual(RECEIPT);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: '/v1/intents',
      headers: { authorization: 'Bearer secret-token', 'content-type': 'application/json' },
      text: JSON.stringify(INTENT),
    });
    expect(requests[0]?.headers['idempotency-key']).toMatch(/^"[0-9a-f-]{36}"$/);
  });

  it('under a stage or a base path', async () => {
    const { url, requests } = await startClient([ACCEPTED]);
    for (const place of ['/dev', '/dev/', '/dev/jobs?x#y'])
      await createClient({ url: url + place, token: 't' }).submit(INTENT);
    expect(requests.map((request) => request.url)).toEqual([
      '/dev/v1/intents',
      '/dev/v1/intents',
      '/dev/jobs/v1/intents',
    ]);
  });

  it('with a token that is made for each attempt', async () => {
    let made = 0;
    const token = async () => `token-${++made}`;
    const { client, requests } = await startClient([{ status: 503 }, ACCEPTED], { token });
    await client.submit(INTENT);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('with the key that its caller gives, as a quoted string', async () => {
    const { client, requests } = await startClient([ACCEPTED]);
    await client.submit(INTENT, { idempotencyKey: 'a "b" \\c' });
    expect(requests[0]?.headers['idempotency-key']).toBe('"a \\"b\\" \\\\c"');
  });

  it('each by a key of its own', async () => {
    const { client, requests } = await startClient([ACCEPTED]);
    await Promise.all([client.submit(INTENT), client.submit(INTENT)]);
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });
});

const passing: readonly (readonly [string, Reply])[] = [
  ['a connection that is closed', { cut: 'before' }],
  ['an answer that is cut', { status: 202, cut: 'within' }],
  ['a page of a proxy', { status: 200, body: '<html>' }],
  ...[408, 409, 425, 429, 500, 502, 503, 504].map(
    (status) => [`${status}`, { status, headers: { 'retry-after': '0' } }] as const,
  ),
];

describe('what may pass is sent again', () => {
  it.each(passing)('%s, with the same key and the same body', async (_, reply) => {
    const { client, requests } = await startClient([reply, ACCEPTED]);
    expect(await client.submit(INTENT)).toEqual(RECEIPT);
    expect(requests).toHaveLength(2);
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(requests.map(({ text }) => text)).size).toBe(1);
  });

  it('no answer, after the time of one attempt', async () => {
    const { client, requests } = await startClient([{ silent: true }, ACCEPTED], { attemptMs: 50 });
    expect(await client.submit(INTENT)).toEqual(RECEIPT);
    expect(requests).toHaveLength(2);
  });

  it('not before the service wants it', async () => {
    const again = { status: 429, headers: { 'retry-after': '1' } };
    const { client } = await startClient([again, ACCEPTED]);
    const began = performance.now();
    await client.submit(INTENT);
    expect(performance.now() - began).toBeGreaterThan(990);
  });
});

describe('what will not pass is said at once', () => {
  it.each([301, 400, 401, 403, 404, 405, 413, 415, 422])('%i', async (status) => {
    const { client, requests } = await startClient([{ status }]);
    const error = await errorOf(client.submit(INTENT));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status, type: 'about:blank', title: `HTTP status ${status}` });
    expect(requests).toHaveLength(1);
  });

  it('with all that the problem says', async () => {
    const errors = [{ pointer: '#/jobs', detail: 'must name at least one job' }];
    const body = {
      type: 'urn:job-fanin:problem:invalid-request',
      status: 400,
      title: 'Invalid request',
      detail: '#/jobs: must name at least one job',
      errors,
    };
    const headers = { 'x-intent-id': 'i' };
    const { client } = await startClient([{ status: 400, headers, body }]);
    const error = await errorOf(client.submit(INTENT));
    expect(error).toMatchObject({
      name: 'ProblemError',
      message: 'Invalid request: #/jobs: must name at least one job',
      type: body.type,
      intentId: 'i',
      errors,
      queued: [],
      notQueued: [],
    });
  });

  it("in API Gateway's words too", async () => {
    const { client } = await startClient([{ status: 403, body: { message: 'Forbidden' } }]);
    expect(await errorOf(client.submit(INTENT))).toMatchObject({ detail: 'Forbidden' });
  });
});

describe('a call ends', () => {
  const busy: Reply = {
    status: 503,
    headers: { 'retry-after': '0' },
    body: { queued: ['1'], not_queued: ['2'] },
  };

  const long = { ...busy, headers: { 'retry-after': '3600' } };

  it('before its deadline, with its key and what ended the last attempt', async () => {
    const { client, requests } = await startClient([busy, long]);
    const error = await errorOf(client.submit(INTENT, { idempotencyKey: 'mine' }));
    expect(error).toBeInstanceOf(UnansweredError);
    expect(error).toMatchObject({
      attempts: 2,
      idempotencyKey: 'mine',
      cause: { name: 'ProblemError', queued: ['1'], notQueued: ['2'] },
    });
    expect(requests).toHaveLength(2);
  });

  it('before a pause that the deadline would end', async () => {
    const { client, requests } = await startClient([long]);
    expect(await errorOf(client.submit(INTENT))).toMatchObject({ attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it('at its deadline, if nothing answers or no token comes', async () => {
    const silent = await startClient([{ silent: true }]);
    const call = { deadlineMs: 50, idempotencyKey: 'k' };
    expect(await errorOf(silent.client.submit(INTENT, call))).toBeInstanceOf(UnansweredError);
    const token = () => new Promise<string>(() => undefined);
    const { client, requests } = await startClient([ACCEPTED], { token });
    expect(await errorOf(client.submit(INTENT, call))).toMatchObject({ idempotencyKey: 'k' });
    expect(requests).toHaveLength(0);
  });

  it('with the reason of its signal, before, within and between attempts', async () => {
    const reason = new Error('enough');
    const gone = await startClient([ACCEPTED]);
    const aborted = { signal: AbortSignal.abort(reason) };
    expect(await errorOf(gone.client.submit(INTENT, aborted))).toBe(reason);
    expect(gone.requests).toHaveLength(0);
    const between = { status: 503, headers: { 'retry-after': '30' } };
    for (const reply of [{ silent: true } as const, between]) {
      const { client, requests } = await startClient([reply]);
      const controller = new AbortController();
      const ended = errorOf(client.submit(INTENT, { signal: controller.signal }));
      while (requests.length === 0) await new Promise((turn) => setImmediate(turn));
      controller.abort(reason);
      expect(await ended).toBe(reason);
    }
  });
});

describe('what cannot be sent is refused, without a word of a secret', () => {
  it('a token with a line break, from a text or a function', async () => {
    for (const token of ['se\ncret', () => 'se\ncret', () => '']) {
      const { client, requests } = await startClient([ACCEPTED], { token });
      const error = await errorOf(client.submit(INTENT));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).not.toContain('se\ncret');
      expect(requests).toHaveLength(0);
    }
  });

  it.each(['http://user:secret@host', 'ftp://host/secret'])('the address %s', (url) => {
    expect(() => createClient({ url, token: 't' })).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.not.stringContaining('secret'),
      }),
    );
  });

  it.each(['', 'x'.repeat(256), 'é', 'a\nb'])('the key %j', async (idempotencyKey) => {
    const { client, requests } = await startClient([ACCEPTED]);
    expect(await errorOf(client.submit(INTENT, { idempotencyKey }))).toBeInstanceOf(TypeError);
    expect(requests).toHaveLength(0);
  });

  it('an id that JavaScript has rounded', async () => {
    const { client, requests } = await startClient([ACCEPTED]);
    const rounded = JSON.parse(
      '{"operation":"dli.stop","project_id":"p","jobs":[9223372036854775807]}',
    );
    expect(await errorOf(client.submit(rounded))).toBeInstanceOf(TypeError);
    expect(requests).toHaveLength(0);
  });
});

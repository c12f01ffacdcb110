import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import { startBareServer } from '../support/bare-server.ts';

const MINUTE = 60_000;

describe('a request whose invocation is over is abandoned', () => {
  it('its reply is silence; one that has not begun does not go out', async () => {
    const over = new AbortController();
    let requests = 0;
    const url = await startBareServer((request) => {
      requests++;
      request.resume().on('end', () => over.abort());
    });
    const dispatcher = makeDispatcher({
      connectTimeoutMs: MINUTE,
      headersTimeoutMs: MINUTE,
      bodyTimeoutMs: MINUTE,
      keepAliveMs: MINUTE,
    });
    onTestFinished(() => dispatcher.close());
    const exchange = makeExchange(dispatcher, { timeoutMs: MINUTE });
    const outgoing = { method: 'POST', url, headers: {}, body: '{"job_ids":[1]}' } as const;
    const silent = { kind: 'silent', reason: expect.stringMatching(/abort/i) };
    expect(await exchange(outgoing, over.signal)).toEqual(silent);
    const unsent = { ...silent, kind: 'unsent', why: 'unreachable' };
    expect(await exchange(outgoing, over.signal)).toEqual(unsent);
    expect(requests).toBe(1);
  });
});

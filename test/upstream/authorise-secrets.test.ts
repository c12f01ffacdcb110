import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sign } from '../../shared/edge/signer.ts';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { readCredentials } from '../../shared/upstream/credentials.ts';
import {
  isLogin,
  ok,
  pair,
  REFUSED_MS,
  secretOf,
  startAuthorised,
  together,
  user,
} from '../support/authorise-room.ts';
import { startBareServer } from '../support/bare-server.ts';

describe('secrets stay here', () => {
  const texts = (...values: readonly unknown[]): string => JSON.stringify(values);

  const trouble = fc.record({
    status: fc.constantFrom(200, 400, 401, 403, 429, 503),
    silent: fc.boolean(),
    byUser: fc.boolean(),
    later: fc.constantFrom('same', 'other', 'bad', 'down'),
  });
  type Trouble = typeof trouble extends fc.Arbitrary<infer Drawn> ? Drawn : never;

  /** Sends before and after the secret changes; an upstream in trouble repeats every header. Resolves to all that can be seen. */
  const meet = async ({ status, silent, byUser, later }: Trouble) => {
    const old = byUser ? user('secret-word-old') : { ...pair('old'), security_token: 'secret-sts' };
    const { go, source, clock, lines, sent, issue } = startAuthorised({
      secret: secretOf(old),
      reply: (outgoing) => {
        if (isLogin(outgoing) && status !== 503) return issue();
        const echo = Object.values(outgoing.headers).join('|');
        return silent
          ? { kind: 'silent', reason: echo }
          : { kind: 'replied', status, body: texts({ error_code: 'APIGW.0301', echo }) };
      },
    });
    const replies: unknown[] = await together(2, go);
    const next = { same: secretOf(old), other: secretOf(pair('new')), bad: `{${secretOf(old)}` };
    source.says = later === 'down' ? new Error(secretOf(old)) : next[later];
    clock.now += REFUSED_MS;
    replies.push(...(await together(2, go)));
    const signatures = sent.map(({ headers }) => headers.authorization?.split('Signature=')[1]);
    return { seen: texts(replies, lines), signatures: signatures.filter((it) => it !== undefined) };
  };

  it('whatever goes wrong, none is in a reply or a log line, even if the upstream repeats it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { minLength: 1, maxLength: 5 }), async (troubles) => {
        for (const one of troubles) {
          const { seen, signatures } = await meet(one);
          for (const secret of ['secret-', 'AKID-', 'token-number', ...signatures])
            expect(seen).not.toContain(secret);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Whether a request is signed by the pair of a secret. */
const isSigned = (request: IncomingMessage, body: string, secret: string): boolean => {
  const { authorization = '', host = '' } = request.headers;
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const read = readCredentials(secret);
  const credential = read.ok ? read.accounts.get('*')?.credential : undefined;
  const headers = Object.fromEntries(
    names
      .split(';')
      .filter((name) => !['host', 'x-sdk-date'].includes(name))
      .map((name) => [name, String(request.headers[name])]),
  );
  const date = String(request.headers['x-sdk-date']).replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const { method = '' } = request;
  const toSign = { method, url: `http://${host}${request.url}`, headers, body };
  return (
    credential?.kind === 'key' &&
    sign(toSign, credential, new Date(date)).authorization === authorization
  );
};

/** Takes requests that are signed by the pair of the moment, and keeps whose they were. */
const startGuarded = async (valid: { secret: string }) => {
  const rotations = new Map<number, () => void>();
  const came: { readonly access: string; readonly good: boolean }[] = [];
  const url = await startBareServer(async (request: IncomingMessage, response) => {
    const body = (await request.toArray()).join('');
    const [, access = ''] = /Access=([^,]+)/.exec(request.headers.authorization ?? '') ?? [];
    const good = isSigned(request, body, valid.secret);
    came.push({ access, good });
    rotations.get(came.length)?.();
    response.writeHead(good ? 200 : 401);
    response.end(good ? '[]' : '{"error_code":"APIGW.0301","error_msg":"bad signature"}');
  });
  return { url, came, rotations };
};

describe('over a real wire', () => {
  it('a pair that is changed while requests flow loses nothing, and costs one bad signature', async () => {
    const valid = { secret: secretOf(pair('first')) };
    const { url, came, rotations } = await startGuarded(valid);
    const dispatcher = makeDispatcher({
      connectTimeoutMs: 60_000,
      headersTimeoutMs: 60_000,
      bodyTimeoutMs: 60_000,
      keepAliveMs: 60_000,
    });
    onTestFinished(() => dispatcher.close());
    const { go, source } = startAuthorised({
      secret: valid.secret,
      endpoint: url,
      exchange: makeExchange(dispatcher, { timeoutMs: 60_000 }),
    });
    const rotate = (name: string): void => {
      valid.secret = secretOf(pair(name));
      source.says = valid.secret;
    };
    rotations.set(30, () => rotate('second')).set(130, () => rotate('third'));
    expect(await together(200, go)).toEqual(Array(200).fill(readReply(ok)));
    const bad = came.filter(({ good }) => !good).map(({ access }) => access);
    expect(bad).toEqual(['AKID-first', 'AKID-second']);
    expect(came).toHaveLength(202);
  });
});

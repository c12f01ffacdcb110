import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sign } from '../../shared/edge/signer.ts';
import { makeDispatcher, makeExchange } from '../../shared/edge/upstream.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import type { ProjectId, UpstreamRequest } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import { type Credential, readCredentials } from '../../shared/upstream/credentials.ts';
import type { Exchange, Exchanged, Outgoing } from '../../shared/upstream/exchange.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { startBareServer } from '../support/bare-server.ts';
import { ANY_TIME, turnUntil } from '../support/deadlines.ts';
import { fingerprint } from '../support/fingerprints.ts';
import { keptLog } from '../support/logs.ts';

const P1 = 'p1' as ProjectId;
const REFUSED_MS = 60_000;
const HELD = {
  kind: 'unsent',
  why: 'held',
  reason: 'the credential was refused a moment ago',
};

const pair = (name: string) => ({ ak: `AKID-${name}`, sk: `secret-key-${name}` });
const user = (password: string) => ({ user: 'fan-in', password, domain: 'OTC-1' });
const secretOf = (entry: object, project = '*'): string =>
  JSON.stringify({ projects: { [project]: entry } });

const ok: Exchanged = { kind: 'replied', status: 200, body: '[]' };
const refusal = (status: number, code: string): Exchanged => ({
  kind: 'replied',
  status,
  body: JSON.stringify({ error_code: code, error_msg: 'no' }),
});
const BAD_SIGNATURE = refusal(401, 'APIGW.0301');

const run = (project = P1): UpstreamRequest => ({
  service: 'dli',
  project,
  method: 'POST',
  path: `/v1.0/${project}/streaming/jobs/run`,
  body: '{"job_ids":[9223372036854775807]}',
});

const isLogin = ({ url }: Outgoing): boolean => url.includes('/v3/auth/tokens');

/** Which pair signed, or which token was shown. */
const whoOf = ({ headers }: Outgoing): string =>
  /Access=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? headers['x-auth-token'] ?? '';

interface Setup {
  readonly secret?: string;
  readonly reply?: (outgoing: Outgoing) => Exchanged | Promise<Exchanged>;
  readonly exchange?: Exchange;
  readonly endpoint?: string;
  readonly fingerprint?: typeof fingerprint;
  readonly callsPerKey?: number;
}

const begin = ({ secret = secretOf(pair('one')), ...setup }: Setup = {}) => {
  const clock = { now: Date.parse('2026-01-31T12:00:00Z') };
  const source: { says: string | Error; reads: number } = { says: secret, reads: 0 };
  const sent: Outgoing[] = [];
  const { log, lines } = keptLog();
  const now = () => clock.now;
  let logins = 0;
  let ids = 0;
  const issue = (): Exchanged => ({
    kind: 'replied',
    status: 201,
    body: JSON.stringify({ token: { expires_at: new Date(clock.now + 86_400_000).toISOString() } }),
    subjectToken: `token-number-${++logins}`,
  });
  const exchange: Exchange = async (outgoing, signal) => {
    sent.push(outgoing);
    if (setup.exchange !== undefined) return setup.exchange(outgoing, signal);
    return (await setup.reply?.(outgoing)) ?? (isLogin(outgoing) ? issue() : ok);
  };
  const fetch = async (): Promise<string> => {
    source.reads++;
    if (source.says instanceof Error) throw source.says;
    return source.says;
  };
  const { send, identify } = makeAuthorised(
    {
      accounts: makeAccounts({ fetch, now, log }, { ttlMs: 300_000, leastRefreshMs: 5_000 }),
      tokens: makeTokens({ now }),
      exchange,
      sign,
      fingerprint: setup.fingerprint ?? fingerprint,
      now,
      log,
      newId: () => `id-${++ids}`,
    },
    {
      endpoints: {
        dli: setup.endpoint ?? 'https://dli.example.com',
        drs: 'https://drs.example.com/base',
        iam: 'https://iam.example.com',
      },
      language: 'zh-cn',
      version: '1.2.3',
      callsPerKey: setup.callsPerKey ?? 1,
      refusedMs: REFUSED_MS,
    },
  );
  /** What came back, without the request's id, which is another each time, and without whose it was. */
  const go = async (request = run(), turn = ANY_TIME): Promise<Reply> => {
    const { requestId: _, sentBy: __, ...reply } = await send(request, turn);
    return reply;
  };
  return { go, send, identify, clock, source, sent, lines, who: () => sent.map(whoOf), issue };
};

const together = async (count: number, go: () => Promise<Reply>) =>
  Promise.all(Array.from({ length: count }, () => go()));

describe('a request goes out as the vendor asks', () => {
  it('under an id of its own, by which it is found in the upstream’s logs', async () => {
    const { send, sent } = begin();
    const replies = [await send(run(), ANY_TIME), await send(run(), ANY_TIME)];
    expect(replies.map(({ requestId }) => requestId)).toEqual(['id-1', 'id-2']);
    expect(sent.map(({ headers }) => headers['x-request-id'])).toEqual(['id-1', 'id-2']);
  });

  it('with the signal that abandons it, its login included', async () => {
    const signals: unknown[] = [];
    const { send, issue } = begin({
      secret: secretOf(user('right')),
      exchange: async (outgoing, signal) => {
        signals.push(signal);
        return isLogin(outgoing) ? issue() : ok;
      },
    });
    await send(run(), ANY_TIME);
    expect(signals).toEqual([ANY_TIME.signal, ANY_TIME.signal]);
  });

  it('signed, with the project and what names us', async () => {
    const { go, sent } = begin();
    expect(await go()).toEqual(readReply(ok));
    const { authorization, ...headers } = sent[0]?.headers ?? {};
    expect({ ...sent[0], headers }).toEqual({
      method: 'POST',
      url: 'https://dli.example.com/v1.0/p1/streaming/jobs/run',
      body: '{"job_ids":[9223372036854775807]}',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        host: 'dli.example.com',
        'user-agent': 'job-fanin/1.2.3',
        'x-language': 'zh-cn',
        'x-project-id': 'p1',
        'x-request-id': 'id-1',
        'x-sdk-date': '20260131T120000Z',
      },
    });
    expect(authorization).toMatch(
      /^SDK-HMAC-SHA256 Access=AKID-one, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=/,
    );
  });

  it('to the endpoint of its service, or the one that its project has', async () => {
    const { go, sent } = begin({
      secret: JSON.stringify({
        projects: {
          p1: { ...pair('one'), endpoints: { dli: 'https://dli.example.org/x/' } },
          '*': pair('two'),
        },
      }),
    });
    await go();
    await go({ ...run(), service: 'drs', method: 'GET', path: '/v3/p1/jobs' });
    await go(run('p2' as ProjectId));
    expect(sent.map(({ url }) => url)).toEqual([
      'https://dli.example.org/x/v1.0/p1/streaming/jobs/run',
      'https://drs.example.com/base/v3/p1/jobs',
      'https://dli.example.com/v1.0/p2/streaming/jobs/run',
    ]);
  });

  it('with a token of its project, fetched once', async () => {
    const { go, who, sent } = begin({ secret: secretOf(user('right')) });
    await together(3, go);
    await go(run('p2' as ProjectId));
    const shown = ['', 'token-number-1', 'token-number-1', 'token-number-1', '', 'token-number-2'];
    expect(who()).toEqual(shown);
    expect(sent[1]?.headers.authorization).toBeUndefined();
    expect(sent[0]).toMatchObject({
      url: 'https://iam.example.com/v3/auth/tokens?nocatalog=1',
      headers: { 'user-agent': 'job-fanin/1.2.3', 'x-request-id': expect.any(String) },
    });
  });
});

describe('who has no credential sends nothing', () => {
  it('a project without an entry', async () => {
    const { go, identify, sent } = begin({ secret: secretOf(pair('one'), 'other') });
    expect(await identify(P1)).toEqual({ kind: 'none' });
    expect(await go()).toMatchObject({ kind: 'unsent', why: 'held' });
    expect(sent).toEqual([]);
  });

  it.each([new Error('down'), new MisconfiguredError('there is none')])(
    'nor while the secret cannot be had: %s',
    async (error) => {
      const { go, identify, source, sent, clock } = begin();
      source.says = error;
      expect(await identify(P1)).toEqual({ kind: 'out of reach' });
      expect(await go()).toMatchObject({ kind: 'unsent', why: 'held' });
      expect(sent).toEqual([]);
      source.says = secretOf(pair('one'));
      clock.now += 5_000;
      expect(await go()).toEqual(readReply(ok));
    },
  );

  it('a key is known by its fingerprint', async () => {
    const { identify } = begin();
    const { ak: access, sk: secret } = pair('one');
    const key = await fingerprint({ kind: 'key', access, secret });
    expect(await identify(P1)).toEqual({ kind: 'known', key });
  });
});

describe('a fingerprint is made once for each credential', () => {
  it('however many projects have it, and whether the secret is read anew', async () => {
    const made: Credential[] = [];
    const entries = (...passwords: readonly string[]) =>
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [
          `p${i}`,
          user(passwords[i % passwords.length] ?? ''),
        ]),
      );
    const secretWith = (...passwords: readonly string[]) =>
      JSON.stringify({ projects: entries(...passwords) });
    const { identify, source, clock } = begin({
      secret: secretWith('first', 'second'),
      fingerprint: async (credential) => {
        made.push(credential);
        return JSON.stringify(credential);
      },
    });
    const all = () =>
      Promise.all(Array.from({ length: 100 }, (_, i) => identify(`p${i}` as ProjectId)));
    expect(new Set((await all()).map((one) => JSON.stringify(one))).size).toBe(2);
    source.says = secretWith('second', 'third');
    clock.now += 300_000;
    await all();
    expect(made).toMatchObject([
      { password: 'first' },
      { password: 'second' },
      { password: 'third' },
    ]);
  });
});

describe('a fingerprint that could not be made', () => {
  it('is made anew for the next who asks', async () => {
    let tries = 0;
    const { identify } = begin({
      fingerprint: async () => {
        if (++tries === 1) throw new Error('out of memory');
        return 'key';
      },
    });
    await expect(identify(P1)).rejects.toThrow('out of memory');
    expect(await identify(P1)).toEqual({ kind: 'known', key: 'key' });
  });
});

describe('so many requests are under way at once', () => {
  const most = async (setup: Setup, projects: readonly string[]) => {
    let underWay = 0;
    let peak = 0;
    const { go } = begin({
      ...setup,
      reply: async (outgoing) => {
        if (isLogin(outgoing)) return { ...ok, status: 201, subjectToken: 'token' };
        peak = Math.max(peak, ++underWay);
        await new Promise(setImmediate);
        underWay--;
        return ok;
      },
    });
    await Promise.all(projects.map((project) => go(run(project as ProjectId))));
    return peak;
  };
  const twenty = Array.from({ length: 20 }, (_, i) => `p${i}`);

  it('one for each pair of keys, whatever the project', async () => {
    expect(await most({}, twenty)).toBe(1);
    expect(await most({ callsPerKey: 3 }, twenty)).toBe(3);
  });

  it('but pairs do not wait for each other', async () => {
    const projects = { p0: pair('one'), p1: pair('two'), '*': pair('three') };
    expect(await most({ secret: JSON.stringify({ projects }) }, twenty)).toBe(3);
  });

  it('with the tokens of a user any number', async () => {
    expect(await most({ secret: secretOf(user('right')) }, twenty)).toBe(20);
  });

  describe('a project that hangs', () => {
    const SLOW = 'slow' as ProjectId;
    const hang = (secret: string) => {
      const silence = Promise.withResolvers<Exchanged>();
      const room = begin({
        secret,
        reply: (outgoing) => {
          if (isLogin(outgoing)) return { ...ok, status: 201, subjectToken: 'token' };
          return outgoing.url.includes('slow') ? silence.promise : ok;
        },
      });
      const end = () => silence.resolve({ kind: 'silent', reason: 'no answer' });
      return { ...room, end, paths: () => room.sent.map(({ url }) => url.split('/')[4]) };
    };

    it('holds up nobody who goes by the token of the same user', async () => {
      const { go, end } = hang(secretOf(user('right')));
      const slow = go(run(SLOW));
      expect(await go()).toEqual(readReply(ok));
      end();
      expect(await slow).toMatchObject({ kind: 'silent' });
    });

    it('holds up once those who sign by the same pair, served before or not, whatever it has to send', async () => {
      const { go, end, paths } = hang(secretOf(pair('one')));
      await go();
      const slow = [1, 2, 3].map(() => go(run(SLOW)));
      const others = ['p2', 'p3', 'p2', 'p2'].map((project) => go(run(project as ProjectId)));
      await new Promise(setImmediate);
      // What a signature is worth is not known before it is answered.
      expect(paths()).toEqual(['p1', 'slow']);
      end();
      expect(await Promise.all(others)).toEqual(Array(4).fill(readReply(ok)));
      await Promise.all(slow);
      expect(paths()).toEqual(['p1', 'slow', 'p2', 'p3', 'p2', 'p2', 'slow', 'slow']);
    });
  });

  it('whether there is time is asked when it is their turn', async () => {
    const gate = Promise.withResolvers<void>();
    const { go, sent, clock } = begin({ reply: () => gate.promise.then(() => ok) });
    const turn = turnUntil(clock.now);
    const both = [go(run(), turn), go(run(), turn)];
    await new Promise(setImmediate);
    clock.now++;
    gate.resolve();
    expect(await Promise.all(both)).toEqual([
      readReply(ok),
      expect.objectContaining({ kind: 'unsent' }),
    ]);
    expect(sent).toHaveLength(1);
  });
});

describe('a refused pair of keys', () => {
  it('is tried once, not again for a minute, and then once more', async () => {
    const { go, sent, clock, source } = begin({ reply: () => BAD_SIGNATURE });
    const replies = await together(20, go);
    expect(replies).toEqual([readReply(BAD_SIGNATURE), ...Array(19).fill(HELD)]);
    clock.now += REFUSED_MS - 1;
    expect(await go()).toEqual(HELD);
    expect(sent).toHaveLength(1);
    clock.now += 1;
    expect(await together(2, go)).toEqual([readReply(BAD_SIGNATURE), HELD]);
    expect(sent).toHaveLength(2);
    expect(source.reads).toBeLessThanOrEqual(4);
  });

  it('at most as many go out as were under way', async () => {
    const { go, sent } = begin({ reply: () => BAD_SIGNATURE, callsPerKey: 3 });
    await together(20, go);
    expect(sent).toHaveLength(3);
  });

  it('that was changed in the secret is changed here, and nothing is lost', async () => {
    const { go, source, who } = begin({
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? BAD_SIGNATURE : ok),
      secret: secretOf(pair('old')),
    });
    const before = together(20, go);
    source.says = secretOf(pair('new'));
    expect(await before).toEqual(Array(20).fill(readReply(ok)));
    expect(who().filter((access) => access === 'AKID-old')).toHaveLength(1);
    expect(who()).toHaveLength(21);
  });

  it('that is changed a little later is found then', async () => {
    const { go, source, clock } = begin({
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? BAD_SIGNATURE : ok),
      secret: secretOf(pair('old')),
    });
    expect(await go()).toEqual(readReply(BAD_SIGNATURE));
    source.says = secretOf(pair('new'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('two pairs that are both bad are each tried once', async () => {
    const { go, source, who } = begin({
      reply: () => BAD_SIGNATURE,
      secret: secretOf(pair('old')),
    });
    const all = together(20, go);
    source.says = secretOf(pair('new'));
    await all;
    expect(who()).toEqual(['AKID-old', 'AKID-new']);
  });

  describe('that serves other projects', () => {
    const P2 = 'p2' as ProjectId;
    it('is refused all the same: whose trouble it is nobody knows before a second bad signature', async () => {
      const { go, send, clock } = begin({
        reply: ({ url }) => (url.includes(P2) ? BAD_SIGNATURE : ok),
      });
      for (let n = 0; n < 3; n++) {
        expect(await go()).toEqual(readReply(ok));
        const sentBy = { key: expect.any(String), isRefused: true };
        expect(await send(run(P2), ANY_TIME)).toMatchObject({ status: 401, sentBy });
        expect(await go()).toEqual(HELD);
        clock.now += REFUSED_MS;
      }
    });
  });

  it.each([
    [400, 'APIGW.0301'],
    [403, 'APIG.0301'],
    [400, 'DLI.0014'],
    [403, 'DRS.M00103'],
    [401, 'of a new kind'],
  ])('is one at whatever status the code comes: %i %s', async (status, code) => {
    const { go, source, who, clock } = begin({
      secret: secretOf(pair('old')),
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? refusal(status, code) : ok),
    });
    // The secret was read a moment ago, and is read again all the same.
    const all = together(20, go);
    source.says = secretOf(pair('new'));
    expect(await all).toEqual(Array(20).fill(readReply(ok)));
    expect(who().filter((access) => access === 'AKID-old')).toHaveLength(1);
    source.says = secretOf(pair('old'));
    clock.now += 300_000;
    expect((await together(20, go)).filter((reply) => reply.kind === 'replied')).toHaveLength(1);
  });

  it('is not sent again when the time is over', async () => {
    const { go, source, sent, clock } = begin({
      secret: secretOf(pair('old')),
      reply: () => {
        source.says = secretOf(pair('new'));
        clock.now++;
        return BAD_SIGNATURE;
      },
    });
    expect(await go(run(), turnUntil(clock.now))).toEqual(readReply(BAD_SIGNATURE));
    expect(sent).toHaveLength(1);
  });
});

describe('a user who serves other projects by a token that is kept', () => {
  it('is not refused for the one whose login is', async () => {
    const [P2, P3] = ['p2' as ProjectId, 'p3' as ProjectId];
    const { go, send, issue, clock } = begin({
      secret: secretOf(user('right')),
      reply: (outgoing) => {
        if (!isLogin(outgoing)) return ok;
        return outgoing.body?.includes('"p2"') ? refusal(401, 'IAM.0011') : issue();
      },
    });
    expect(await go(run(P3))).toEqual(readReply(ok));
    for (let n = 0; n < 3; n++) {
      clock.now += REFUSED_MS;
      expect(await send(run(P2), ANY_TIME)).toMatchObject({ sentBy: { isRefused: false } });
      // Its password is not tried for another one for a while; who has a token goes on.
      expect(await go(run('p4' as ProjectId))).toEqual(HELD);
      expect(await go(run(P3))).toEqual(readReply(ok));
    }
  });
});

describe('a refusal for want of rights', () => {
  const FORBIDDEN = refusal(403, 'DRS.M00102');

  it('stops nobody, and is handed on', async () => {
    const { go, sent, source } = begin({ reply: () => FORBIDDEN });
    expect(await together(3, go)).toEqual(Array(3).fill(readReply(FORBIDDEN)));
    expect(sent).toHaveLength(3);
    expect(source.reads).toBe(1);
  });

  it('is no more if the secret has another pair by now', async () => {
    const { go, source, clock } = begin({
      secret: secretOf(pair('old')),
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? refusal(400, 'DLI.0015') : ok),
    });
    await go(run());
    source.says = secretOf(pair('new'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('is not cured by a token that is as new as the one that met it', async () => {
    const setup = (outgoing: Outgoing) =>
      isLogin(outgoing) ? { ...ok, status: 201, subjectToken: 'token-of-the-user' } : FORBIDDEN;
    const { go, sent } = begin({ secret: secretOf(user('right')), reply: setup });
    await go();
    await go();
    expect(sent.filter(isLogin)).toHaveLength(1);
  });

  it.each([ok, refusal(400, 'DLI.0001'), refusal(429, 'APIGW.0308'), refusal(503, '')])(
    'any other reply is none, and nothing is repeated: %j',
    async (reply) => {
      const { go, sent } = begin({ reply: () => reply });
      expect(await go()).toEqual(readReply(reply));
      expect(sent).toHaveLength(1);
    },
  );
});

describe('a refused token', () => {
  it('is fetched anew, once, and the request sent again', async () => {
    const dead = new Set(['token-number-1']);
    let issued = 0;
    const issue = (): Exchanged => ({
      ...ok,
      status: 201,
      subjectToken: `token-number-${++issued}`,
    });
    const { go, who } = begin({
      secret: secretOf(user('right')),
      exchange: async (outgoing) => {
        if (isLogin(outgoing)) return issue();
        return dead.has(whoOf(outgoing)) ? refusal(401, 'DLI.0014') : ok;
      },
    });
    expect(await together(3, go)).toEqual(Array(3).fill(readReply(ok)));
    expect(who().filter((token) => token === '')).toHaveLength(2);
  });

  it('is handed on if the new one is refused too', async () => {
    const { go, sent } = begin({
      secret: secretOf(user('right')),
      reply: (outgoing) =>
        isLogin(outgoing)
          ? { ...ok, status: 201, subjectToken: 'token-of-the-user' }
          : refusal(401, 'APIGW.0301'),
    });
    expect(await go()).toMatchObject({ status: 401 });
    expect(sent).toHaveLength(4);
  });

  it('a password that IAM refuses is tried once, whatever the project', async () => {
    const { go, sent, source, clock } = begin({
      secret: secretOf(user('wrong')),
      reply: (outgoing) =>
        outgoing.body?.includes('wrong')
          ? { kind: 'replied', status: 401, body: '{"error":{"code":401}}' }
          : isLogin(outgoing)
            ? { ...ok, status: 201, subjectToken: 'token-of-the-user' }
            : ok,
    });
    const projects = Array.from({ length: 10 }, (_, i) => run(`p${i}` as ProjectId));
    const replies = await Promise.all(projects.map((request) => go(request)));
    expect(replies[0]).toMatchObject({ kind: 'replied', status: 401 });
    expect(replies.slice(1)).toEqual(Array(9).fill(HELD));
    expect(sent).toHaveLength(1);
    source.says = secretOf(user('right'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('IAM’s silence is handed on, as unsent', async () => {
    const { go, sent } = begin({
      secret: secretOf(user('right')),
      reply: () => ({ kind: 'silent', reason: 'no answer' }),
    });
    expect(await go()).toEqual({
      kind: 'unsent',
      why: 'unreachable',
      reason: 'no answer',
    });
    expect(sent).toHaveLength(1);
  });
});

describe('secrets stay here', () => {
  const texts = (...values: readonly unknown[]): string => JSON.stringify(values);

  it('whatever goes wrong, none is in a reply or a log line, even if the upstream repeats it', async () => {
    const trouble = fc.record({
      status: fc.constantFrom(200, 400, 401, 403, 429, 503),
      silent: fc.boolean(),
      byUser: fc.boolean(),
      later: fc.constantFrom('same', 'other', 'bad', 'down'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { minLength: 1, maxLength: 5 }), async (troubles) => {
        for (const { status, silent, byUser, later } of troubles) {
          const old = byUser
            ? user('secret-word-old')
            : { ...pair('old'), security_token: 'secret-sts' };
          const secrets = ['secret-', 'AKID-', 'token-number'];
          const { go, source, clock, lines, sent, issue } = begin({
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
          const next = {
            same: secretOf(old),
            other: secretOf(pair('new')),
            bad: `{${secretOf(old)}`,
          };
          source.says = later === 'down' ? new Error(secretOf(old)) : next[later];
          clock.now += REFUSED_MS;
          replies.push(...(await together(2, go)));
          const signatures = sent.map(
            ({ headers }) => headers.authorization?.split('Signature=')[1],
          );
          const out = texts(replies, lines);
          for (const some of [...secrets, ...signatures.filter((it) => it !== undefined)])
            expect(out).not.toContain(some);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Takes requests that are signed by the pair of the moment, and keeps who came. */
const startGuarded = async (valid: { secret: string }) => {
  const rotations = new Map<number, () => void>();
  const came: { readonly access: string; readonly good: boolean }[] = [];
  const url = await startBareServer(async (request: IncomingMessage, response) => {
    const body = (await request.toArray()).join('');
    const { authorization = '', host = '' } = request.headers;
    const [, access = '', names = ''] =
      /Access=([^,]+), SignedHeaders=([^,]+)/.exec(authorization) ?? [];
    const read = readCredentials(valid.secret);
    const credential: Credential | undefined = read.ok
      ? read.accounts.get('*')?.credential
      : undefined;
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
    const toSign = {
      method: request.method ?? '',
      url: `http://${host}${request.url}`,
      headers,
      body,
    };
    const good =
      credential?.kind === 'key' &&
      sign(toSign, credential, new Date(date)).authorization === authorization;
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
    const { go, source } = begin({
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

import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { isProjectId, type UpstreamRequest } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { heldBack } from '../../shared/reply/reply.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Account, Credential } from '../../shared/upstream/credentials.ts';
import type { Exchanged, Outgoing } from '../../shared/upstream/exchange.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { ANY_TIME, TOO_LATE, turnUntil } from '../support/deadlines.ts';
import { keptLog } from '../support/logs.ts';
import { wireReply } from '../support/replies.ts';

const REFUSED_MS = 60_000;
const IAM = 'https://iam.example.com';

const pair = (access: string): Account => ({
  endpoints: {},
  credential: { kind: 'key', access, secret: 'secret-key' },
});
const user = (password = 'pass-word'): Account => ({
  endpoints: {},
  credential: { kind: 'user', user: 'fan-in', password, domain: 'OTC-1' },
});
const nameOf = (credential: Credential): string =>
  credential.kind === 'key' ? credential.access : credential.password;

const ok = wireReply(200, [{ is_success: 'true' }]);
const BAD_SIGNATURE = wireReply(401, { error_code: 'APIGW.0301' });
const FORBIDDEN = wireReply(403, { error_code: 'DRS.M00102' });
const SILENCE: Exchanged = { kind: 'silent', reason: 'no answer' };

const run = (project = 'p'): UpstreamRequest => {
  if (!isProjectId(project)) throw new Error('no project id');
  return { service: 'dli', project, method: 'POST', path: `/${project}/run?x=y`, body: '[]' };
};
const isLogin = ({ url }: Outgoing): boolean => url.startsWith(IAM);

type Found = Account | undefined | 'out of reach' | Error;

/** Accounts that are what the secret says once it is read again, and an upstream that says what it is told to, or yes. */
const begin = (first: Found, { iam }: { readonly iam?: string } = { iam: IAM }) => {
  const state = {
    now: Date.parse('2026-01-31T12:00:00Z'),
    reads: 1,
    found: first,
    secret: first,
    loginMs: 0,
  };
  /** With how many reads it was asked that credentials be read again. */
  const refreshes: (number | undefined)[] = [];
  const sent: Outgoing[] = [];
  const replies: (Exchanged | Error)[] = [];
  const logins: Exchanged[] = [];
  const { log, lines } = keptLog();
  let tokens = 0;
  let ids = 0;
  const issue = (): Exchanged => ({
    ...wireReply(201, {
      token: { expires_at: new Date(state.now + 24 * 3_600_000).toISOString() },
    }),
    subjectToken: `token-${++tokens}`,
  });
  const { send, identify } = makeAuthorised(
    {
      accounts: {
        of: async () => {
          if (state.found instanceof Error) throw state.found;
          return state.found;
        },
        reads: () => state.reads,
        refresh: async (readsThen = -1) => {
          refreshes.push(readsThen);
          if (state.reads > readsThen) return;
          state.reads++;
          state.found = state.secret;
        },
      },
      tokens: makeTokens({ now: () => state.now }),
      exchange: async (outgoing) => {
        sent.push(outgoing);
        if (isLogin(outgoing)) state.now += state.loginMs;
        if (isLogin(outgoing)) return logins.shift() ?? issue();
        const reply = replies.shift() ?? ok;
        if (reply instanceof Error) throw reply;
        return reply;
      },
      sign: ({ headers }, { access }) => ({ ...headers, authorization: `by ${access}` }),
      fingerprint: async (credential) => nameOf(credential),
      now: () => state.now,
      log,
      newId: () => `id-${++ids}`,
    },
    {
      endpoints: { dli: 'https://dli.example.com', drs: 'https://drs.example.com', iam },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: REFUSED_MS,
    },
  );
  const go = (project?: string, turn = ANY_TIME) => send(run(project), turn);
  const told = (event: string) => lines.filter((line) => line.event === event);
  const shown = () =>
    sent.map(({ headers }) => headers.authorization ?? headers['x-auth-token'] ?? 'login');
  return { state, refreshes, sent, replies, logins, lines, send, identify, go, told, shown };
};

describe('what did not go well is told, by the id under which it went out', () => {
  it.each([200, 202, 299])('%i did', async (status) => {
    const { go, replies, lines } = begin(pair('AK'));
    replies.push(wireReply(status, []));
    expect(await go()).toMatchObject({ kind: 'replied', status });
    expect(lines).toEqual([]);
  });

  it.each<[Exchanged, object]>([
    [wireReply(300, ''), { status: 300 }],
    [wireReply(503, 'body'), { status: 503 }],
    [SILENCE, { reason: 'no answer' }],
  ])('%j did not', async (reply, why) => {
    const { go, replies, lines } = begin(pair('AK'));
    replies.push(reply);
    const sentBy = { key: 'AK', isRefused: false };
    expect(await go()).toEqual({ ...readReply(reply), requestId: 'id-1', sentBy });
    const fields = { request_id: 'id-1', path: '/p/run', ...why };
    expect(lines).toEqual([{ level: 'info', event: 'upstream request', fields }]);
  });

  it('but not what an exchange says that breaks its word: it may quote a secret', async () => {
    const { go, replies, lines } = begin(pair('AK'));
    replies.push(new Error('secret-key in another form'));
    const reason = 'the exchange failed';
    expect(await go()).toMatchObject({ kind: 'silent', reason });
    expect(lines).toMatchObject([{ fields: { reason } }]);
    expect(JSON.stringify(lines)).not.toContain('form');
  });
});

describe('nothing goes out', () => {
  it.each<[string, Found, string]>([
    ['without a credential', undefined, 'the project has no credential'],
    ['while none can be had', 'out of reach', 'the credentials are out of reach'],
    [
      'nor while the setting is bad',
      new MisconfiguredError('why'),
      'the credentials are out of reach',
    ],
  ])('%s', async (_, found, reason) => {
    const { go, sent } = begin(found);
    expect(await go()).toEqual(heldBack(reason));
    expect(sent).toEqual([]);
  });

  it('and a bug is not taken for a credential that is out of reach', async () => {
    const { go, identify } = begin(new TypeError('a bug'));
    await expect(go()).rejects.toThrow('a bug');
    await expect(identify(run().project)).rejects.toThrow('a bug');
  });

  it('for a user without an IAM endpoint', async () => {
    const { go, sent } = begin(user(), {});
    expect(await go()).toEqual(heldBack('no IAM endpoint is set'));
    expect(sent).toEqual([]);
  });

  it('when the time is over once the token is there; nobody is to blame', async () => {
    const { go, state, sent, refreshes, lines } = begin(user());
    state.loginMs = 10;
    expect(await go('p', turnUntil(state.now + 9))).toEqual(heldBack('no time is left to begin'));
    expect(sent.map(isLogin)).toEqual([true]);
    expect([refreshes, lines]).toEqual([[], []]);
  });

  it('nor by a pair of keys, without time', async () => {
    const { go, sent, refreshes } = begin(pair('AK'));
    expect(await go('p', TOO_LATE)).toEqual(heldBack('no time is left to begin'));
    expect([sent, refreshes]).toEqual([[], []]);
  });
});

describe('a request goes out with the body that it has', () => {
  it('or without one', async () => {
    const { send, sent } = begin(pair('AK'));
    const { body: _, ...look } = run();
    await send({ ...look, method: 'GET' }, ANY_TIME);
    await send(run(), ANY_TIME);
    expect(sent.map((outgoing) => Object.hasOwn(outgoing, 'body'))).toEqual([false, true]);
    expect(sent[1]?.body).toBe('[]');
  });
});

describe('a refused credential is told once, and read again as of when the request went out', () => {
  it('the same: the refusal is the reply', async () => {
    const { go, replies, refreshes, told, shown } = begin(pair('AK'));
    replies.push(BAD_SIGNATURE);
    const sentBy = { key: 'AK', isRefused: true };
    expect(await go()).toEqual({ ...readReply(BAD_SIGNATURE), requestId: 'id-1', sentBy });
    expect([shown(), refreshes]).toEqual([['by AK'], [1]]);
    const fields = { project: 'p', key: 'AK', status: 401 };
    expect(told('credential refused')).toEqual([
      { level: 'warn', event: 'credential refused', fields },
    ]);
  });

  it('another: it is tried, and what becomes of that is the reply', async () => {
    const { state, go, replies, told, shown } = begin(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, ok);
    expect(await go()).toMatchObject(readReply(ok));
    expect(shown()).toEqual(['by old', 'by new']);
    const fields = { project: 'p', key: 'old', status: 401, renewed: 'new' };
    expect(told('credential refused')).toMatchObject([{ fields }]);
  });

  it('another that is refused too: it is not read a third time', async () => {
    const { state, go, replies, told, shown, refreshes } = begin(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, BAD_SIGNATURE);
    expect(await go()).toMatchObject({ status: 401, sentBy: { key: 'new', isRefused: true } });
    expect([shown(), refreshes]).toEqual([['by old', 'by new'], [1]]);
    expect(told('credential refused')).toHaveLength(1);
  });

  it('silence after that is silence: it may have been served', async () => {
    const { state, go, replies } = begin(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, SILENCE);
    expect(await go()).toMatchObject(readReply(SILENCE));
  });

  it('but where nobody was reached, the refusal is all there is to tell', async () => {
    const { state, go, replies } = begin(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, { kind: 'unsent', why: 'unreachable', reason: 'no answer' });
    expect(await go()).toMatchObject({ status: 401, sentBy: { key: 'old' } });
  });

  it.each<[string, Found]>([
    ['the project has none any more', undefined],
    ['nobody can tell', 'out of reach'],
  ])('where %s the refusal is the reply', async (_, found) => {
    const { state, go, replies, sent, told } = begin(pair('AK'));
    state.secret = found;
    replies.push(BAD_SIGNATURE);
    expect(await go()).toMatchObject(readReply(BAD_SIGNATURE));
    expect([sent.length, told('credential refused')]).toEqual([1, []]);
  });

  it('who waited behind it asks for what was read since then, and tells nothing', async () => {
    const { go, replies, refreshes, told } = begin(pair('AK'));
    replies.push(BAD_SIGNATURE);
    const [first, second] = await Promise.all([go(), go()]);
    expect(first).toMatchObject({ status: 401 });
    expect(second).toEqual(heldBack('the credential was refused a moment ago'));
    expect(refreshes).toEqual([1, 1]);
    expect(told('credential refused')).toHaveLength(1);
  });
});

describe('a token', () => {
  it('that was refused row by row is not shown again, nor is the request sent again', async () => {
    const { go, replies, shown, refreshes, told } = begin(user());
    const rows = wireReply(400, [{ error_code: 'DLI.0014' }, { error_code: 'DLI.0014' }]);
    replies.push(rows);
    expect(await go()).toMatchObject(readReply(rows));
    expect([shown(), refreshes]).toEqual([['login', 'token-1'], [1]]);
    expect(told('credential refused')).toHaveLength(1);
    await go();
    expect(shown().slice(2)).toEqual(['login', 'token-2']);
  });

  it('that lacks a right is fetched anew once it is a minute old: rights may have come since', async () => {
    const { state, go, replies, shown, refreshes } = begin(user());
    await go();
    state.now += REFUSED_MS - 1;
    replies.push(FORBIDDEN);
    expect(await go()).toMatchObject(readReply(FORBIDDEN));
    expect(shown()).toEqual(['login', 'token-1', 'token-1']);
    state.now += 1;
    replies.push(FORBIDDEN);
    expect(await go()).toMatchObject(readReply(ok));
    expect(shown().slice(3)).toEqual(['token-1', 'login', 'token-2']);
    // A right that is missing says nothing against what was read.
    expect(refreshes).toEqual([-1, -1]);
  });

  it.each<[string, Exchanged, boolean]>([
    ['a service that is at work proves its user good', ok, true],
    ['a page of a proxy’s does not', wireReply(200, '<html>'), false],
    ['nor does a server in trouble', wireReply(503, ''), false],
    ['nor silence', SILENCE, false],
  ])('%s', async (_, reply, isProof) => {
    const { state, go, replies, logins } = begin(user());
    await go('good');
    const refused = wireReply(401, '{"error":{"code":401}}');
    logins.push(refused, refused);
    // Whoever was served before the last refusal counts no more.
    expect(await go('odd')).toMatchObject({ sentBy: { isRefused: false } });
    state.now += REFUSED_MS;
    replies.push(reply);
    expect(await go('good')).toMatchObject(readReply(reply));
    expect(await go('odd')).toMatchObject({ sentBy: { isRefused: !isProof } });
  });
});

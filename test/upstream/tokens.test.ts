import { describe, expect, it } from 'vitest';
import { saysOf } from '../../shared/reply/reply.ts';
import {
  type Exchanged,
  type Outgoing,
  type ReadExchanged,
  readExchanged,
} from '../../shared/upstream/exchange.ts';
import { makeTokens, type TokenScope } from '../../shared/upstream/tokens.ts';
import { replied } from '../support/replies.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const HOUR = 3_600_000;

const bearer: TokenScope = {
  user: { kind: 'user', user: 'fan-in', password: 'pass "word"', domain: 'OTC-1' },
  iam: 'https://iam.example.com',
  project: 'p1',
};

const issued = (token: string, expiresAt?: string | number, status = 201): Exchanged => ({
  kind: 'replied',
  status,
  body: JSON.stringify({ token: { ...(expiresAt !== undefined && { expires_at: expiresAt }) } }),
  subjectToken: token,
});

/** IAM that issues T1, T2, … for a day each, unless told what to reply. */
const begin = () => {
  const clock = { now: START };
  const sent: Outgoing[] = [];
  const replies: Exchanged[] = [];
  const tokens = makeTokens({ now: () => clock.now });
  const exchange = async (outgoing: Outgoing): Promise<ReadExchanged> => {
    sent.push(outgoing);
    const day = new Date(clock.now + 24 * HOUR).toISOString().replace('Z', '000Z');
    return readExchanged(replies.shift() ?? issued(`T${sent.length}`, day));
  };
  const ask = async (some: Partial<TokenScope> = {}) => {
    const reading = await tokens.of({ ...bearer, ...some }, exchange);
    return reading.kind === 'token' ? reading.token : reading.reply;
  };
  return { clock, sent, replies, tokens, ask };
};

describe('a token is fetched from IAM as its guide says', () => {
  it('with the user, the domain and the project', async () => {
    const { ask, sent } = begin();
    expect(await ask()).toBe('T1');
    expect(sent).toEqual([
      {
        method: 'POST',
        url: 'https://iam.example.com/v3/auth/tokens?nocatalog=1',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: expect.any(String),
      },
    ]);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: { name: 'fan-in', password: 'pass "word"', domain: { name: 'OTC-1' } },
          },
        },
        scope: { project: { id: 'p1' } },
      },
    });
  });

  it('once, however many wait', async () => {
    const { ask, sent } = begin();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['T1', 'T1', 'T1']);
    expect(sent).toHaveLength(1);
  });

  it('for each user, password, domain, endpoint and project of its own', async () => {
    const { ask, sent } = begin();
    const { user } = bearer;
    await Promise.all([
      ask(),
      ask({ project: 'p2' }),
      ask({ iam: 'https://iam.example.org' }),
      ask({ user: { ...user, user: 'other' } }),
      ask({ user: { ...user, password: 'other' } }),
      ask({ user: { ...user, domain: 'other' } }),
    ]);
    expect(sent).toHaveLength(6);
  });
});

describe('a token is kept', () => {
  it('until shortly before it expires', async () => {
    const { ask, clock } = begin();
    await ask();
    clock.now = START + 24 * HOUR - 5 * 60_000 - 1;
    expect(await ask()).toBe('T1');
    clock.now += 1;
    expect(await ask()).toBe('T2');
  });

  it('for nine tenths of its life if that is short', async () => {
    const { ask, clock, replies } = begin();
    replies.push(issued('short', new Date(START + 1_000).toISOString()));
    await ask();
    clock.now += 899;
    expect(await ask()).toBe('short');
    clock.now += 1;
    expect(await ask()).toBe('T2');
  });

  it.each([undefined, 'tomorrow', 2030])('for ten minutes if its end is %j', async (end) => {
    const { ask, clock, replies } = begin();
    replies.push(issued('odd', end));
    await ask();
    clock.now += 8 * 60_000;
    expect(await ask()).toBe('odd');
    clock.now += 2 * 60_000;
    expect(await ask()).toBe('T2');
  });

  it('unless it was refused: then it alone is forgotten', async () => {
    const { ask, tokens } = begin();
    expect([await ask(), await ask({ project: 'p2' })]).toEqual(['T1', 'T2']);
    tokens.drop('T1');
    tokens.drop('never heard of');
    expect([await ask(), await ask({ project: 'p2' })]).toEqual(['T3', 'T2']);
  });
});

describe('where IAM gives none, that is a reply', () => {
  it('a refusal, in words that the services’ readers know, without IAM’s own text', async () => {
    const { ask, replies } = begin();
    const error = { code: 401, message: 'The password pass "word" is wrong.', title: 'no' };
    replies.push({ kind: 'replied', status: 401, body: JSON.stringify({ error }) });
    const reply = await ask();
    expect(reply).toStrictEqual(
      replied(401, { error_code: 'IAM.401', error_msg: 'IAM answered 401' }),
    );
    expect(typeof reply !== 'string' && saysOf(reply).trouble).toBe('auth');
  });

  it.each([
    ['IAM.0011', 'IAM.0011'],
    ['IAM.0011 pass "word"', 'IAM.401'],
    ['pass "word" IAM.0011', 'IAM.401'],
    ['IAM.123456789', 'IAM.401'],
    [['IAM.0011'], 'IAM.401'],
    [undefined, 'IAM.401'],
  ])('with IAM’s code, if it is one: %j', async (error_code, code) => {
    const { ask, replies } = begin();
    replies.push({ kind: 'replied', status: 401, body: JSON.stringify({ error_code }) });
    expect(await ask()).toMatchObject({
      body: { error_code: code, error_msg: 'IAM answered 401' },
    });
  });

  it('a throttle, with its pause', async () => {
    const { ask, replies } = begin();
    const body = '{"error_code":"IAM.0012","error_msg":"later"}';
    replies.push({ kind: 'replied', status: 429, body, retryAfter: 7 });
    const said = { error_code: 'IAM.0012', error_msg: 'IAM answered 429' };
    expect(await ask()).toEqual(replied(429, said, { retryAfter: 7 }));
  });

  it.each([400, 403, 404])('a refusal of another kind is no job’s fault: %i', async (status) => {
    const { ask, replies } = begin();
    replies.push({ kind: 'replied', status, body: '<html>' });
    const reply = await ask();
    expect(reply).toMatchObject({ kind: 'replied', status });
    expect(typeof reply !== 'string' && saysOf(reply).trouble).toBe(
      status === 403 ? 'auth' : 'outage',
    );
  });

  it.each([408, 500, 503, 302, 201])(
    'trouble is silence, and nothing went to a service: %i and no token',
    async (status) => {
      const { ask, replies } = begin();
      replies.push({ kind: 'replied', status, body: '{}' });
      const reason = `IAM answered ${status} and no token`;
      expect(await ask()).toEqual({ kind: 'unsent', why: 'unreachable', reason });
    },
  );

  it('and so is silence', async () => {
    const { ask, replies } = begin();
    replies.push({ kind: 'silent', reason: 'socket hang up' });
    expect(await ask()).toEqual({ kind: 'unsent', why: 'unreachable', reason: 'socket hang up' });
  });

  it.each([300, 401, 503])('and a token beside %i is none', async (status) => {
    const { ask, replies } = begin();
    replies.push(issued('odd', undefined, status));
    expect(await ask()).not.toBe('odd');
    expect(await ask()).toBe('T2');
  });

  it('and is not kept', async () => {
    const { ask, replies } = begin();
    replies.push({ kind: 'silent', reason: 'socket hang up' });
    await ask();
    expect(await ask()).toBe('T2');
  });
});

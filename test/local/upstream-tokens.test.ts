import { describe, expect, it } from 'vitest';
import { beginGuarded, KEY, MINUTE, START_AT, USER } from './begin-guarded.ts';
import { begin, PROJECT, parsed, RUN } from './begin-upstream.ts';

const HOUR = 60 * MINUTE;
const ID = expect.stringMatching(/^[0-9a-f]{32}$/);
const unauthorized = {
  code: 401,
  message: 'The username or password is wrong.',
  title: 'Unauthorized',
};

describe('IAM gives a token for a password', () => {
  it('201, with the token in a header and its end in the body', async () => {
    const { fetchToken } = await beginGuarded({ users: [USER] });
    const reply = await fetchToken();
    expect(parsed(reply)).toEqual({
      status: 201,
      body: {
        token: {
          methods: ['password'],
          issued_at: '1970-01-01T00:16:40.000000Z',
          expires_at: '1970-01-02T00:16:40.000000Z',
          user: { id: ID, name: 'ci', domain: { id: ID, name: 'company' } },
          project: { id: PROJECT, name: PROJECT, domain: { id: ID, name: 'company' } },
          roles: [],
        },
      },
    });
    expect(reply.headers['x-subject-token']).toMatch(/^MII[\w-]{100,}$/);
  });

  it('for a project by its name too', async () => {
    const { fetchToken, callWithToken } = await beginGuarded({ users: [USER] });
    const { headers } = await fetchToken({}, { name: PROJECT });
    expect((await callWithToken(headers['x-subject-token'])).status).toBe(200);
  });

  it.each([
    ['a wrong password', { password: 'x' }, 'wrong password'],
    ['an unknown user', { user: 'x' }, 'unknown user'],
    ['a user of another domain', { domain: 'x' }, 'unknown user'],
  ] as const)('none for %s, in IAM’s own words', async (_, user, why) => {
    const { fetchToken, refusals } = await beginGuarded({ users: [USER] });
    const reply = await fetchToken(user);
    expect(parsed(reply)).toEqual({ status: 401, body: { error: unauthorized } });
    expect(reply.headers['x-subject-token']).toBeUndefined();
    const { password: __, ...who } = { ...USER, ...user };
    expect(refusals).toEqual([{ at: START_AT, path: '/v3/auth/tokens', who, why, status: 401 }]);
  });

  it.each(['no json', '{}', '{"auth":{"identity":{"methods":["token"]}}}'])(
    'none for %s',
    async (body) => {
      const { post } = await beginGuarded({ users: [USER] });
      const { status, text } = await post('/v3/auth/tokens', body);
      expect([status, JSON.parse(text).error.code]).toEqual([400, 400]);
    },
  );

  it('a user is locked as a key is', async () => {
    const { fetchToken, pass, standing } = await beginGuarded({ users: [USER] });
    for (let i = 0; i < 6; i += 1) await fetchToken({ password: 'x' });
    expect(standing('ci')).toMatchObject({ badSignatures: 6, locked: true });
    const { status, text } = await fetchToken();
    expect([status, JSON.parse(text).error_code]).toEqual([401, 'IAM.0061']);
    pass(5 * MINUTE);
    expect((await fetchToken()).status).toBe(201);
  });
});

describe('a token opens its project while it lasts', () => {
  const beginWithToken = async (tokenLifeMs?: number) => {
    const upstream = await beginGuarded(
      { keys: [KEY], users: [USER] },
      tokenLifeMs === undefined ? {} : { tokenLifeMs },
    );
    const { headers } = await upstream.fetchToken();
    return { ...upstream, token: headers['x-subject-token'] };
  };
  const whyOf = ({ text }: { text: string }) => JSON.parse(text).error_msg.split(': ')[1];

  it('every call of its project', async () => {
    const { callWithToken, token, standing } = await beginWithToken();
    expect((await callWithToken(token)).status).toBe(200);
    expect((await callWithToken(token)).status).toBe(200);
    expect(standing('ci')).toEqual({
      user: 'ci',
      domain: 'company',
      calls: 2,
      tokens: 1,
      badSignatures: 0,
      badInARow: 0,
      locked: false,
      known: true,
    });
  });

  it('no call of another', async () => {
    const { callWithToken, token, calls, refusals } = await beginWithToken();
    const { status, text } = await callWithToken(token, RUN.replace(PROJECT, 'other'));
    expect([status, JSON.parse(text).error_code]).toEqual([403, 'APIGW.0302']);
    expect(refusals).toMatchObject([{ why: 'another project', who: { user: 'ci' } }]);
    expect(calls).toEqual([]);
  });

  it('nothing without a scope', async () => {
    const { fetchToken, callWithToken } = await beginWithToken();
    const { headers } = await fetchToken({}, null);
    expect((await callWithToken(headers['x-subject-token'])).status).toBe(403);
  });

  it.each([
    [undefined, 24 * HOUR],
    [HOUR, HOUR],
  ])('with a life of %s ms, until %d ms have passed', async (tokenLifeMs, life) => {
    const { callWithToken, token, pass } = await beginWithToken(tokenLifeMs);
    pass(life - 1);
    expect((await callWithToken(token)).status).toBe(200);
    pass(1);
    const reply = await callWithToken(token);
    expect([reply.status, whyOf(reply)]).toEqual([401, 'expired token']);
  });

  it('it dies with the password', async () => {
    const { callWithToken, token, setAccounts } = await beginWithToken();
    setAccounts({ users: [{ ...USER, password: 'another' }] });
    const reply = await callWithToken(token);
    expect([reply.status, whyOf(reply)]).toEqual([401, 'unknown token']);
  });
});

describe('with no accounts everybody is let in', () => {
  it('with no credentials, any signature or any token', async () => {
    const { send, refusals } = await begin();
    const any = [{}, { authorization: 'SDK-HMAC-SHA256 x' }, { 'x-auth-token': 'x' }];
    for (const headers of any) {
      expect((await send('POST', RUN, '{"job_ids":[1]}', headers)).status).toBe(200);
    }
    expect(refusals).toEqual([]);
  });

  it('and everybody has a token', async () => {
    const { post } = await begin();
    const user = { name: 'x', password: 'y', domain: { name: 'z' } };
    const auth = { identity: { methods: ['password'], password: { user } } };
    const { status, headers } = await post('/v3/auth/tokens', JSON.stringify({ auth }));
    expect([status, typeof headers['x-subject-token']]).toEqual([201, 'string']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  type IamReply,
  type IamRequest,
  makeAskIam,
  readTokenReply,
} from '../../shared/callers/iam-reply.ts';

/** The example of the page "Verifying a Token" (iam_30_0004), without the parts that we do not read. */
const PAGE = {
  token: {
    expires_at: '2020-01-04T09:08:49.965000Z',
    methods: ['password'],
    roles: [{ name: 'te_admin', id: '0' }],
    project: {
      domain: { name: 'IAMDomainA', id: 'd78cbac186b744899480f25bd022f468' },
      name: 'ap-southeast-1',
      id: 'aa2d97d7e62c4b7da3ffdfc11551f878',
    },
    issued_at: '2020-01-03T09:08:49.965000Z',
    user: {
      domain: { name: 'IAMDomainA', id: 'd78cbac186b744899480f25bd022f468' },
      name: 'IAMUserA',
      password_expires_at: '',
      id: '7116d09f88fa41908676fdd4b039e95b',
    },
  },
};

const HOLDER = {
  userId: '7116d09f88fa41908676fdd4b039e95b',
  domainId: 'd78cbac186b744899480f25bd022f468',
  projectId: 'aa2d97d7e62c4b7da3ffdfc11551f878',
  expiresAt: Date.parse('2020-01-04T09:08:49.965Z'),
};

const replied = (status: number, body: unknown): IamReply => ({
  kind: 'replied',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('IAM’s answer says whose a token is', () => {
  it('its user, domain, project and end', () => {
    expect(readTokenReply(replied(200, PAGE))).toEqual({ kind: 'valid', holder: HOLDER });
  });

  it('a token of a domain has no project', () => {
    const { project: _, ...token } = PAGE.token;
    expect(readTokenReply(replied(200, { token }))).toEqual({
      kind: 'valid',
      holder: { ...HOLDER, projectId: undefined },
    });
  });

  it.each([
    [
      401,
      {
        error: {
          code: 401,
          message: 'The request you have made requires authentication.',
          title: 'Unauthorized',
        },
      },
    ],
    [404, { error: { code: 404, message: 'Could not find token.', title: 'Not Found' } }],
    [403, { error_code: 'IAM.0002', error_msg: 'Forbidden' }],
    [400, { error: { code: 400, message: 'Bad', title: 'Bad Request' } }],
  ])('%d in its own words is a refusal', (status, body) => {
    expect(readTokenReply(replied(status, body))).toEqual({
      kind: 'refused',
      why: `IAM answered ${status}`,
    });
  });

  it.each<[string, IamReply, string]>([
    ['silence', { kind: 'silent', reason: 'timeout' }, 'IAM: timeout'],
    ['no connection', { kind: 'unsent', reason: 'ECONNREFUSED' }, 'IAM: ECONNREFUSED'],
    [
      'a page at 200',
      replied(200, '<html>Back soon</html>'),
      'IAM answered 200 and nothing of the token',
    ],
    [
      'a throttle',
      replied(429, { error_code: 'IAM.0012', error_msg: 'Too many' }),
      'IAM answered 429 and nothing of the token',
    ],
    [
      'trouble',
      replied(503, { error: { code: 503, message: 'x', title: 'x' } }),
      'IAM answered 503 and nothing of the token',
    ],
    ['a redirect', replied(302, ''), 'IAM answered 302 and nothing of the token'],
    [
      'a token without a user',
      replied(200, { token: { ...PAGE.token, user: undefined } }),
      'IAM answered 200 and nothing of the token',
    ],
    [
      'a token without a domain',
      replied(200, { token: { ...PAGE.token, user: { id: 'u' } } }),
      'IAM answered 200 and nothing of the token',
    ],
    [
      'a token with an empty id',
      replied(200, { token: { ...PAGE.token, user: { ...PAGE.token.user, id: '' } } }),
      'IAM answered 200 and nothing of the token',
    ],
    [
      'a token without an end',
      replied(200, { token: { ...PAGE.token, expires_at: 'soon' } }),
      'IAM answered 200 and nothing of the token',
    ],
  ])('%s says nothing of the token', (_, reply, reason) => {
    expect(readTokenReply(reply)).toEqual({ kind: 'unavailable', reason });
  });

  it.each<[string, IamReply, string]>([
    [
      'a page at 404',
      replied(404, '<html>nginx</html>'),
      'IAM answered 404 and nothing of the token',
    ],
    ['a 401 of a proxy', replied(401, ''), 'IAM answered 401 and nothing of the token'],
  ])('%s says nothing of the token, nor of another one', (_, reply, reason) => {
    expect(readTokenReply(reply)).toEqual({ kind: 'unreadable', reason });
  });

  it.each<[string, IamReply, string]>([
    ['headers that are too long', replied(431, ''), 'IAM answered 431 and nothing of the token'],
    [
      'a page at 400',
      replied(400, '<html>Request Header Or Cookie Too Large</html>'),
      'IAM answered 400 and nothing of the token',
    ],
  ])('%s: the token is not fit to be asked about', (_, reply, reason) => {
    expect(readTokenReply(reply)).toEqual({ kind: 'unfit', reason });
  });
});

it('the token vouches for itself, and no other credential goes to IAM', async () => {
  const requests: IamRequest[] = [];
  const ask = makeAskIam('https://iam.example.com', async (request) => {
    requests.push(request);
    return replied(200, PAGE);
  });
  expect(await ask('MIItoken')).toEqual({ kind: 'valid', holder: HOLDER });
  expect(requests).toEqual([
    {
      method: 'GET',
      url: 'https://iam.example.com/v3/auth/tokens?nocatalog=1',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json;charset=utf8',
        'x-auth-token': 'MIItoken',
        'x-subject-token': 'MIItoken',
      },
    },
  ]);
});

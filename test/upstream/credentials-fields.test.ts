import { describe, expect, it } from 'vitest';
import { accountOf, readCredentials } from '../../shared/upstream/credentials.ts';

const key = { ak: 'AKIDEXAMPLE', sk: 'example/secret+key=' };
const user = { user: 'fan-in', password: 'correct horse', domain: 'OTC-EU-DE-1' };

const read = (entry: object, needsIam = false) =>
  readCredentials(JSON.stringify({ projects: { p: entry } }), { needsIam });

describe('a secret is one word, and a name one line, from the first letter to the last', () => {
  it.each([' abc', 'abc ', '\nabc', 'abc\n', 'a b', 'é', 'x'.repeat(16_385)])(
    '%j is no key',
    (sk) => {
      expect(read({ ...key, sk })).toEqual({
        ok: false,
        problems: ['projects.p.sk must be printable ASCII without spaces or line ends'],
      });
    },
  );

  it.each(['\u0000abc', 'abc\u0000', 'abc\n', '\tabc', 'x'.repeat(1_025)])(
    '%j is no name',
    (domain) => {
      expect(read({ ...user, domain })).toEqual({
        ok: false,
        problems: [
          'projects.p.domain must be 1 to 1024 characters, none of them a control character',
        ],
      });
    },
  );

  it('the longest are taken', () => {
    expect(read({ ...key, sk: 'x'.repeat(16_384) }).ok).toBe(true);
    expect(read({ ...user, domain: 'x'.repeat(1_024) }).ok).toBe(true);
  });
});

describe('an endpoint is a URL', () => {
  it.each(['http://x', 'https://x1:8080', 'http://[::1]', 'https://a.b-c.d/e'])('%s', (drs) => {
    const accounts = read({ ...key, endpoints: { drs } });
    expect(accounts.ok && accountOf(accounts.accounts, 'p')?.endpoints).toStrictEqual({ drs });
  });

  it.each(['xhttps://dli.example.com', ' https://dli.example.com', 'https://-', 'https://a-'])(
    'which %j is not',
    (drs) => {
      expect(read({ ...key, endpoints: { drs } })).toMatchObject({ ok: false });
    },
  );

  it('each service has its own, and none where none is given', () => {
    const endpoints = { dli: 'https://dli', drs: 'https://drs', iam: 'https://iam' };
    for (const given of [{}, endpoints, { iam: endpoints.iam }, { drs: endpoints.drs }]) {
      const accounts = read({ ...user, endpoints: given });
      expect(accounts.ok && accountOf(accounts.accounts, 'p')).toStrictEqual({
        endpoints: given,
        credential: { kind: 'user', ...user },
      });
    }
  });

  it('a user who names that of IAM needs no default one, and a key pair needs none', () => {
    expect(read({ ...user, endpoints: { iam: 'https://iam' } }, true).ok).toBe(true);
    expect(read(user, true).ok).toBe(false);
    expect(read(key, true).ok).toBe(true);
  });
});

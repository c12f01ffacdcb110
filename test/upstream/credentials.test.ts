import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { accountOf, readCredentials } from '../../shared/upstream/credentials.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/credentials.schema.json'), 'utf8'),
);
const isBySchema = new Ajv.default({ strict: true, strictRequired: false }).compile(schema);

const key = { ak: 'AKIDEXAMPLE', sk: 'example/secret+key=' };
const user = { user: 'jöb fan-in', password: 'correct horse ☃', domain: 'OTC-EU-DE-1' };
const one = (entry: unknown, project = 'p1') => ({ projects: { [project]: entry } });

const good: Readonly<Record<string, unknown>> = {
  'a key pair': one(key),
  'for every project': one(key, '*'),
  'a temporary pair': one({ ...key, security_token: 'gQpjbi1ub3J0' }),
  'a user': one(user),
  'no endpoint': one({ ...key, endpoints: {} }),
  'all endpoints': one({
    ...user,
    endpoints: {
      dli: 'https://dli.eu-de.otc.t-systems.com',
      drs: 'http://127.0.0.1:8080/base/',
      iam: 'https://[::1]:443',
    },
  }),
  'several projects': { projects: { a: key, b: user, '*': key, constructor: key } },
};

const bad: Readonly<Record<string, readonly [secret: unknown, ...problems: string[]]>> = {
  'no object': [[], 'the secret must be an object'],
  null: [null, 'the secret must be an object'],
  'no projects': [{}, 'projects must be an object'],
  'no entry': [{ projects: {} }, 'projects has no entry'],
  'projects in a list': [{ projects: [key] }, 'projects must be an object'],
  'another field': [
    { ...one(key), version: 1 },
    'the secret has a field that is not known: known are projects',
  ],
  'a bad project id': [
    one(key, 'a b'),
    'projects has a key that must be a project id: 1 to 64 letters, digits, hyphens or underscores, or *',
  ],
  'an entry that is none': [one('AKID'), 'projects.p1 must be an object'],
  'an empty entry': [
    one({}),
    'projects.p1 must hold either ak and sk, or user, password and domain',
  ],
  'both kinds': [
    one({ ...key, ...user }),
    'projects.p1 must hold a key pair or a user, not parts of both',
  ],
  'a token for a user': [
    one({ ...user, security_token: 't' }),
    'projects.p1 must hold a key pair or a user, not parts of both',
  ],
  'half a pair': [one({ ak: 'A' }), 'projects.p1 has no sk'],
  'half a user': [one({ user: 'u' }), 'projects.p1 has no password', 'projects.p1 has no domain'],
  'a line feed at the end': [
    one({ ...key, sk: 'abc\n' }),
    'projects.p1.sk must be printable ASCII without spaces or line ends',
  ],
  'an empty password': [
    one({ ...user, password: '' }),
    'projects.p1.password must be 1 to 1024 characters, none of them a control character',
  ],
  'a number for a key': [one({ ...key, ak: 7 }), 'projects.p1.ak must be a string'],
  'a null': [one({ ...key, security_token: null }), 'projects.p1.security_token must be a string'],
  'an access key to quote': [
    one({ ...key, ak: 'A, B' }),
    'projects.p1.ak must be an access key: letters, digits, . _ -',
  ],
  'fields and endpoints not known': [
    one({ ...key, SK: 'x', endpoints: { obs: 'https://obs.example.com' } }),
    'projects.p1 has a field that is not known: known are endpoints, ak, sk, security_token, user, password, domain',
    'projects.p1.endpoints has a field that is not known: known are dli, drs, iam',
  ],
  'several at once': [
    { projects: { a: { ak: '' }, '*': { ...user, domain: 7 } } },
    'projects.a.ak must be an access key: letters, digits, . _ -',
    'projects.a has no sk',
    'projects.*.domain must be a string',
  ],
};

const badUrls = [
  '',
  'dli.example.com',
  'ftp://dli.example.com',
  'https://',
  'https://user:word@dli.example.com',
  'https://dli.example.com?x=1',
  'https://dli.example.com/#x',
  'https://dli.example.com:port',
  'https://dli example.com',
  'https:dli.example.com',
  'https://dli.example.com\\x',
  7,
];

describe('a project’s name may be a secret in the wrong place', () => {
  const problemsOf = (...names: readonly string[]) => {
    const read = readCredentials(
      JSON.stringify({ projects: Object.fromEntries(names.map((name) => [name, 'sk'])) }),
    );
    return read.ok ? [] : read.problems.map((problem) => problem.split(' ')[0]);
  };

  it('it is said if it looks like a project’s, else its place is', () => {
    expect(
      problemsOf('*', '054ba152d480d55b2f5dc0069e7ddef0', 'eu-de_test', 'AKIDEXAMPLEAKIDEXAMP'),
    ).toEqual([
      'projects.*',
      'projects.054ba152d480d55b2f5dc0069e7ddef0',
      'projects.eu-de_test',
      'projects[4]',
    ]);
  });

  const HEX = '054ba152d480d55b2f5dc0069e7ddef0';

  it.each([
    ['eleven characters', 'AKIDEXAMPLE', 'projects.AKIDEXAMPLE'],
    ['twelve characters', 'AKIDEXAMPLE1', 'projects[1]'],
    ['a hexadecimal digit too many', `${HEX}0`, 'projects[1]'],
    ['a project’s id with something before it', `sk-${HEX}`, 'projects[1]'],
    ['a project’s id with something after it', `${HEX}-sk`, 'projects[1]'],
  ])('what looks like one does so as a whole: %s', (_, name, place) => {
    expect(problemsOf(name)).toEqual([place]);
  });
});

describe('a secret says by which credential requests for a project are sent', () => {
  it.each(Object.entries(good))('%s', (_, secret) => {
    expect(readCredentials(JSON.stringify(secret))).toMatchObject({ ok: true });
    expect(isBySchema(secret)).toBe(true);
  });

  it('as the words of the code have it, with the default for who has no entry', () => {
    const endpoints = { dli: 'https://dli.example.com/base//' };
    const secret = { projects: { p: { ...key, security_token: 't', endpoints }, '*': user } };
    const read = readCredentials(JSON.stringify(secret));
    if (!read.ok) throw new Error(read.problems.join());
    expect(accountOf(read.accounts, 'p')).toEqual({
      endpoints: { dli: 'https://dli.example.com/base' },
      credential: { kind: 'key', access: key.ak, secret: key.sk, securityToken: 't' },
    });
    const others = { endpoints: {}, credential: { kind: 'user', ...user } };
    expect(accountOf(read.accounts, 'q')).toEqual(others);
    expect(accountOf(read.accounts, 'constructor')).toEqual(others);
  });

  it('and no project is served that is not in it', () => {
    const read = readCredentials(JSON.stringify(one(key)));
    expect(read.ok && accountOf(read.accounts, 'p2')).toBeUndefined();
  });
});

describe('every fault is named at once, and by the schema too it is one', () => {
  it.each(Object.entries(bad))('%s', (_, [secret, ...problems]) => {
    expect(readCredentials(JSON.stringify(secret))).toEqual({ ok: false, problems });
    expect(isBySchema(secret)).toBe(false);
  });

  it.each(badUrls)('the URL %j', (dli) => {
    const secret = one({ ...key, endpoints: { dli } });
    expect(readCredentials(JSON.stringify(secret))).toEqual({
      ok: false,
      problems: [
        'projects.p1.endpoints.dli must be an http or https URL without user, query or fragment',
      ],
    });
    expect(isBySchema(secret)).toBe(false);
  });

  it('no JSON at all', () => {
    expect(readCredentials('{"projects": secret}')).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^the text is not valid JSON/)],
    });
  });

  it('a user without an IAM endpoint, where there is no default', () => {
    const text = JSON.stringify({ projects: { a: user, b: key } });
    expect(readCredentials(text, { needsIam: true })).toEqual({
      ok: false,
      problems: ['projects.a.endpoints.iam is not set, nor is there a default: a user needs it'],
    });
  });
});

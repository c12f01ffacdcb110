import { describe, expect, it } from 'vitest';
import { makeBasic } from '../../shared/callers/basic-scheme.ts';
import { makeDecoy } from '../../shared/callers/decoys.ts';
import { makeIam } from '../../shared/callers/iam-scheme.ts';
import { makeReadToken } from '../../shared/callers/iam-tokens.ts';
import { readSourceGrants } from '../../shared/callers/source-grants.ts';
import { isVendorAuthorization, readClaim } from '../../shared/callers/vendor-authorization.ts';
import { rawRequestWith } from '../support/raw-request.ts';

const NOW = 1_000_000_000;
const signature = 'a'.repeat(64);
const signed = (algorithm: string, credential: string, comma = ', '): string =>
  `${algorithm} ${credential}${comma}SignedHeaders=host;x-sdk-date${comma}Signature=${signature}`;

describe('a header of the vendor’s', () => {
  it.each<[string, boolean]>([
    ['SDK-HMAC-SHA256 Access=a', true],
    ['  sdk-hmac-', true],
    ['V11-HMAC-SHA256', true],
    ['xSDK-HMAC-SHA256', false],
    ['Bearer SDK-HMAC-SHA256', false],
    ['V12-HMAC-SHA256', false],
    ['', false],
  ])('%j is meant as one: %j', (header, isOne) => {
    expect(isVendorAuthorization(header)).toBe(isOne);
  });

  it.each<[string, string, string, string | undefined]>([
    ['SDK-HMAC-SHA256', 'Access=AK/1', 'AK/1', undefined],
    ['SDK-HMAC-SHA256', 'Credential=AK/20260131///sdk_request', 'AK', '20260131///sdk_request'],
    [
      'SDK-HMAC-SHA256',
      'Credential=A/K/20260131/r/s/sdk_request',
      'A/K',
      '20260131/r/s/sdk_request',
    ],
    ['V11-HMAC-SHA256', 'Credential=AK/20260131/r/s', 'AK', '20260131/r/s'],
  ])('%s %s is read', (algorithm, credential, ak, scope) => {
    for (const comma of [', ', ','])
      expect(readClaim(signed(algorithm, credential, comma))).toMatchObject({
        ak,
        signedHeaders: ['host', 'x-sdk-date'],
        signature,
      });
    expect(readClaim(signed(algorithm, credential))?.scope).toBe(scope);
  });

  it.each<[string, unknown]>([
    ['an algorithm of another form', signed('V11-HMAC-SHA256', 'Access=AK')],
    ['no key', signed('SDK-HMAC-SHA256', 'Access=')],
    ['a scope without an end', signed('SDK-HMAC-SHA256', 'Credential=AK/20260131/r/s')],
    ['an empty region', signed('V11-HMAC-SHA256', 'Credential=AK/20260131//s')],
    ['a date that is none', signed('V11-HMAC-SHA256', 'Credential=AK/2026013/r/s')],
    ['two blanks', signed('SDK-HMAC-SHA256', 'Access=AK', ',  ')],
    ['more after it', `${signed('SDK-HMAC-SHA256', 'Access=AK')}0`],
    ['more before it', ` ${signed('SDK-HMAC-SHA256', 'Access=AK')}`],
    ['a signature in upper case', signed('SDK-HMAC-SHA256', 'Access=AK').toUpperCase()],
    ['a list', [signed('SDK-HMAC-SHA256', 'Access=AK')]],
    ['nothing', undefined],
  ])('%s is not', (_, header) => {
    expect(readClaim(header)).toBeUndefined();
  });
});

describe('a basic header', () => {
  const check = (text: string) => {
    const authorization = `Basic ${Buffer.from(text).toString('base64')}`;
    return makeBasic([])(rawRequestWith({ authorization }), new Date(NOW));
  };

  it('may have an empty user or password, which no caller has', () => {
    for (const text of [':', ':password', 'user:'])
      expect(check(text)).toEqual({
        kind: 'failed',
        check: 'basic: no caller has this user and password',
      });
  });

  it('without a colon is malformed', () => {
    expect(check('user')).toEqual({ kind: 'failed', check: 'basic: the header is malformed' });
  });
});

describe('tokens of IAM', () => {
  const holder = { userId: 'u', domainId: 'd', projectId: 'p', expiresAt: NOW + 86_400_000 };
  const iam = { id: 'a', proofs: [{ kind: 'iam', user_id: 'u' }], grants: [] } as const;
  const request = rawRequestWith({ 'x-auth-token': 'M'.repeat(100) });

  it('prove nothing without an IAM to ask', () => {
    expect(makeIam([iam], {})(request, new Date(NOW))).toEqual({ kind: 'absent' });
  });

  it('are asked about only if a caller has a user or a domain', async () => {
    const asked: string[] = [];
    const readToken = async ({ token }: { readonly token: string }) => {
      asked.push(token);
      return { kind: 'valid', holder } as const;
    };
    expect(await makeIam([], { readToken })(request, new Date(NOW))).toEqual({ kind: 'absent' });
    expect(asked).toEqual([]);
    expect(await makeIam([iam], { readToken })(request, new Date(NOW))).toMatchObject({
      kind: 'proved',
      caller: { id: 'a' },
    });
  });

  it('that are good do not count as a flood', async () => {
    const asked: string[] = [];
    const read = makeReadToken(async (token) => {
      asked.push(token);
      return { kind: 'valid', holder };
    });
    for (let i = 0; i < 100; i++) await read({ token: `t${i}` }, NOW, () => true);
    expect(asked).toHaveLength(100);
  });

  it.each([
    [
      'after silence',
      async () => ({ kind: 'unavailable', reason: 'timeout' }) as const,
      'unavailable',
      'IAM did not answer just now',
    ],
    [
      'while eight are asked about',
      () => new Promise<never>(() => undefined),
      'throttled',
      'too many new tokens at once',
    ],
  ])('are refused for a while, and the reason says why: %s', async (_, ask, kind, reason) => {
    const read = makeReadToken(ask);
    const first = read({ token: 't0' }, NOW, () => true);
    if (reason.startsWith('IAM')) await first;
    else for (let i = 1; i < 8; i++) void read({ token: `t${i}` }, NOW, () => true);
    const told = await read({ token: 'late' }, NOW, () => true);
    expect(told).toMatchObject({ kind, reason });
  });
});

describe('the grants of event sources', () => {
  const faultsOf = (text: string) => {
    const read = readSourceGrants(text);
    return read.ok ? [] : read.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  };
  const grant = { projects: ['p'], operations: ['dli.stop'] };

  it.each(['direct', 'rule', 'rule:acme.jobs', 'rule: ~', '*', `rule:${'s'.repeat(256)}`])(
    'may be of %j',
    (source) => {
      expect(faultsOf(JSON.stringify({ [source]: [grant] }))).toEqual([]);
    },
  );

  it.each(['', 'directs', 'rules', 'rule:', ' rule', '**', 'rule:ä', `rule:${'s'.repeat(257)}`])(
    'are not of %j',
    (source) => {
      expect(faultsOf(JSON.stringify({ [source]: [] }))).toEqual([
        '#: has a key that is not direct, rule, rule:<source>, or *',
      ]);
    },
  );

  it('each fault is named by its place', () => {
    const faulty = { direct: [{ ...grant, operations: [] }], '*': {} };
    expect(faultsOf(JSON.stringify(faulty))).toEqual([
      '#/direct/0/operations: must be a list of 1 to 100',
      '#/*: must be a list of 0 to 100',
    ]);
    expect(faultsOf('[]')).toEqual(['#: must be an object']);
    expect(faultsOf('{')).toEqual([expect.stringMatching(/^#: ./)]);
  });
});

describe('a decoy', () => {
  const hook = (...proofs: readonly object[]) => ({ id: 'h', grants: [], proofs });
  const github = (secret: string) => ({ kind: 'github', secret }) as const;
  const webhook = (secret: string) => ({ kind: 'standard-webhooks', secret }) as const;
  const hooks = [
    { ...hook(), proofs: [github('a'), github('whpk_')] },
    { ...hook(), proofs: [github('c'), webhook('whsec_a'), webhook('whpk_b')] },
  ];

  it('has, of each sort, what the entry has less than the others', () => {
    const decoyOf = makeDecoy(hooks);
    const [first, second] = hooks;
    expect(decoyOf(first).proofs).toEqual([webhook('whsec_a'), webhook('whpk_b')]);
    expect(decoyOf(second).proofs).toEqual([github('whpk_')]);
    expect(decoyOf().proofs).toHaveLength(4);
  });

  it('is no caller, and has no grant', () => {
    expect(makeDecoy([])()).toEqual({ id: '', grants: [], proofs: [] });
  });
});

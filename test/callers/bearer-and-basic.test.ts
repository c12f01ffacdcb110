import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authenticate } from '../../shared/callers/authenticate.ts';
import type { CallerEntry } from '../../shared/callers/callers-document.ts';
import { schemesOf } from '../../shared/callers/schemes.ts';
import { rawRequestWith } from '../support/raw-request.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const bot: CallerEntry = {
  id: 'bot',
  proofs: [
    { kind: 'bearer', sha256: digestOf('old-token') },
    { kind: 'bearer', sha256: digestOf('new-token') },
  ],
  grants: [{ projects: ['p'], operations: ['dli.stop'] }],
};
const alertmanager: CallerEntry = {
  id: 'alertmanager',
  proofs: [{ kind: 'basic', user: 'alert', password_sha256: digestOf('pass:word') }],
  grants: [],
};

const odd: CallerEntry = {
  id: 'odd',
  proofs: [{ kind: 'basic', user: 'u', password_sha256: digestOf('uu') }],
  grants: [],
};

const { general } = schemesOf([bot, alertmanager, odd]);

const prove = (headers: Readonly<Record<string, string>>) =>
  authenticate(general, rawRequestWith(headers), new Date(0));

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const provedAs = (id: string) => ({ kind: 'proved', caller: { id } });

describe('a bearer token proves its caller', () => {
  it.each([
    ['Bearer old-token'],
    ['Bearer new-token'],
    ['bearer new-token'],
    ['BEARER   new-token'],
  ])('%s', async (authorization) => {
    expect(await prove({ authorization })).toMatchObject(provedAs('bot'));
  });

  it('with its grants', async () => {
    expect(await prove({ authorization: 'Bearer old-token' })).toEqual({
      kind: 'proved',
      caller: { id: 'bot', grants: bot.grants },
    });
  });

  it('also as X-Auth-Token', async () => {
    expect(await prove({ 'x-auth-token': 'new-token' })).toMatchObject(provedAs('bot'));
  });

  it.each([
    ['no scheme', 'new-token'],
    ['truncated', 'Bearer new-toke'],
    ['longer', 'Bearer new-tokens'],
    ['in another case', 'Bearer NEW-TOKEN'],
    ['its digest', `Bearer ${digestOf('new-token')}`],
    ['twice', 'Bearer new-token,Bearer new-token'],
    ['with another', 'Bearer wrong,Bearer new-token'],
    ['folded', 'Bearer\r\n new-token'],
    ['quoted', 'Bearer "new-token"'],
    ['empty', 'Bearer '],
    ['nothing', ''],
    ['in base64', `Bearer ${Buffer.from('new-token').toString('base64')}`],
  ])('%s: refused', async (_, authorization) => {
    expect(await prove({ authorization })).toMatchObject({ kind: 'refused' });
  });

  it('no other text does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (token) => {
        const isToken = ['old-token', 'new-token'].includes(token.trim());
        const proved = await prove({ authorization: `Bearer ${token}`, 'x-auth-token': token });
        expect(proved.kind).toBe(isToken ? 'proved' : 'refused');
      }),
    );
  });
});

describe('a user and a password prove their caller', () => {
  const good = basic('alert:pass:word');
  it.each([good, good.replace('Basic', 'bAsIc'), good.replace(' ', '   ')])(
    '%s',
    async (authorization) => {
      expect(await prove({ authorization })).toMatchObject(provedAs('alertmanager'));
    },
  );

  it.each([
    ['another password', basic('alert:password')],
    ['no password', basic('alert:')],
    ['another user', basic('alerts:pass:word')],
    ['no colon', basic('alert')],
    ['no base64', 'Basic alert:pass:word'],
    ['truncated', basic('alert:pass:word').slice(0, -4)],
    ['the digest', basic(`alert:${digestOf('pass:word')}`)],
    ['nothing', 'Basic'],
    ['with a letter more, which is no base64', `${basic('alert:pass:word').replaceAll('=', '')}A`],
    ['without a colon', basic('uu')],
    ['twice', `${basic('alert:pass:word')},${basic('alert:pass:word')}`],
  ])('%s: refused', async (_, authorization) => {
    const refused = await prove({ authorization });
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(refused)).not.toContain('pass:');
  });
});

describe('schemes are tried in turn', () => {
  it('a request without a credential has no failed check', async () => {
    expect(await prove({})).toEqual({ kind: 'refused', checks: [] });
  });

  it('a wrong credential does not spoil a good one', async () => {
    const headers = { authorization: basic('alert:wrong'), 'x-auth-token': 'new-token' };
    expect(await prove(headers)).toMatchObject(provedAs('bot'));
  });

  it('each failed check is named for the operator, without what was sent', async () => {
    const headers = { authorization: basic('alert:guessed'), 'x-auth-token': 'guessed' };
    expect(await prove(headers)).toEqual({
      kind: 'refused',
      checks: ['bearer: no caller has this token', 'basic: no caller has this user and password'],
    });
  });

  it('a header that cannot be read is named as such', async () => {
    expect(await prove({ authorization: 'Basic ?' })).toEqual({
      kind: 'refused',
      checks: ['basic: the header is malformed'],
    });
  });

  it('a token that looks like another scheme is a token', async () => {
    expect(await prove({ authorization: 'Bearer basic' })).toEqual({
      kind: 'refused',
      checks: ['bearer: no caller has this token'],
    });
  });

  it('a removed caller proves nothing', async () => {
    const after = schemesOf([alertmanager]).general;
    const request = rawRequestWith({ authorization: 'Bearer new-token' });
    expect(await authenticate(after, request, new Date(0))).toMatchObject({ kind: 'refused' });
  });
});

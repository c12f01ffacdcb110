import crypto, { generateKeyPairSync, sign } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import { makeAdmit } from '../../shared/callers/admit.ts';
import type { CallerEntry } from '../../shared/callers/callers-document.ts';
import { sha256 } from '../../shared/callers/digest.ts';
import type { Proof } from '../../shared/callers/proof.ts';
import { schemesOf } from '../../shared/callers/schemes.ts';
import { rawRequestWith } from '../support/raw-request.ts';

const callerWith = (id: string, more: Partial<CallerEntry> = {}): CallerEntry => ({
  id,
  proofs: [{ kind: 'bearer', sha256: sha256(`token of ${id}`) }],
  grants: [],
  ...more,
});

const hook = { intent: { body: '' } };
const callers = [
  callerWith('bot'),
  callerWith('grafana', { hook }),
  callerWith('alerts', { hook }),
];

const now = () => new Date(0);
const admit = makeAdmit({ schemes: async () => schemesOf(callers), now });

const as = (id: string) => rawRequestWith({ authorization: `Bearer token of ${id}` });

describe('a bearer token serves on every route but the hooks of others', () => {
  it.each(['bot', 'grafana'])('on a route for callers: %s', async (id) => {
    expect(await admit('callers', as(id))).toMatchObject({ kind: 'proved', caller: { id } });
  });

  it('on the caller’s own hook, which is told whose it is', async () => {
    expect(await admit('hook', as('grafana'), 'grafana')).toMatchObject({
      kind: 'proved',
      caller: { id: 'grafana' },
      entry: { id: 'grafana', hook },
    });
  });

  it.each([
    ['bot', 'grafana'],
    ['alerts', 'grafana'],
    ['grafana', 'alerts'],
  ])('not with the token of %s on the hook of %s', async (id, other) => {
    expect(await admit('hook', as(id), other)).toEqual({
      kind: 'refused',
      checks: ['bearer: no caller has this token'],
    });
  });
});

describe('a hook that there is not is refused like a wrong proof', () => {
  it.each(['bot', 'nobody', '', '__proto__', 'constructor'])('%j', async (name) => {
    expect(await admit('hook', as('bot'), name)).toEqual({
      kind: 'refused',
      checks: ['hook: no caller has this hook'],
    });
  });

  it('also one without a name', async () => {
    expect(await admit('hook', as('bot'))).toMatchObject({ kind: 'refused' });
  });
});

describe('the time tells no more than the answer', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const secretOf = (kind: 'standard-webhooks' | 'github', secret: string) => ({ kind, secret });
  const PROOFS: Readonly<Record<string, readonly Proof[]>> = {
    symmetric: [secretOf('standard-webhooks', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    asymmetric: [
      secretOf('standard-webhooks', `whpk_${Buffer.from(x, 'base64url').toString('base64')}`),
    ],
    github: [secretOf('github', 'a'), secretOf('github', 'b')],
    token: [{ kind: 'bearer', sha256: 'a'.repeat(64) }],
  };
  const schemes = schemesOf(
    Object.entries(PROOFS).map(([id, proofs]) => callerWith(id, { hook, proofs })),
  );
  const ofHooks = makeAdmit({ schemes: async () => schemes, now });
  const body = Buffer.alloc(999_999, 'a');
  const webhook = (signature: string) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1',
    'webhook-signature': signature,
  });
  const ofOther = sign(null, Buffer.from('other'), privateKey).toString('base64');

  /** How often Node hashes with a key, checks a signature and compares for a request. */
  const workOf = async (headers: Record<string, string>, name: string) => {
    const spies = (['createHmac', 'verify', 'timingSafeEqual'] as const).map((one) =>
      vi.spyOn(crypto, one),
    );
    syncBuiltinESMExports();
    try {
      const { kind } = await ofHooks('hook', { ...rawRequestWith(headers), body }, name);
      expect(kind).toBe('refused');
      return spies.map(({ mock }) => mock.calls.length);
    } finally {
      for (const spy of spies) spy.mockRestore();
      syncBuiltinESMExports();
    }
  };

  it.each<[string, Record<string, string>, readonly number[]]>([
    ['v1', webhook('v1,AAAA'), [1, 0, 1]],
    ['v1a', webhook(Array(4).fill(`v1a,${ofOther}`).join(' ')), [0, 4, 0]],
    ['GitHub', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, [2, 0, 2]],
    ['a bearer token', { authorization: 'Bearer wrong' }, [0, 0, 1]],
  ])('a wrong proof is the same work on every hook, and on none: %s', async (_, headers, done) => {
    for (const name of [...Object.keys(PROOFS), 'nobody'])
      expect([name, await workOf(headers, name)]).toEqual([name, done]);
  });

  it('what another hook takes proves nothing, on a hook with other proofs or on none', async () => {
    const content = Buffer.concat([Buffer.from('msg_1.1.'), body]);
    const signature = `v1a,${sign(null, content, privateKey).toString('base64')}`;
    const request = { ...rawRequestWith(webhook(signature)), body };
    expect(await ofHooks('hook', request, 'asymmetric')).toMatchObject({ kind: 'proved' });
    for (const name of ['symmetric', 'github', 'nobody', ''])
      expect(await ofHooks('hook', request, name)).toMatchObject({ kind: 'refused' });
  });
});

describe('while no version of the secret could be read', () => {
  it('nothing is proved, and nothing refused', async () => {
    const early = makeAdmit({ schemes: async () => 'out of reach', now });
    expect(await early('callers', as('bot'))).toEqual({ kind: 'out of reach' });
    expect(await early('hook', as('grafana'), 'grafana')).toEqual({ kind: 'out of reach' });
  });
});

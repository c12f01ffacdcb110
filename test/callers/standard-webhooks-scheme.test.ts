import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { makeStandardWebhooks } from '../../shared/callers/standard-webhooks-scheme.ts';

/** The test of the specification's own packages: https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries */
const SYMMETRIC = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

/** The specification's example of a signature. Its key, id, time and body stand in Svix's test of `v1a`. */
const ASYMMETRIC = {
  secret: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  signature:
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
};

const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const SECONDS = 1_614_265_330;
const BODY = '{"test": 2432232314}';
const CALLER = { id: 'shop', grants: [] };

const ofCaller = (...secrets: readonly string[]) => ({
  ...CALLER,
  proofs: secrets.map((secret) => ({ kind: 'standard-webhooks' as const, secret })),
});

interface Sent {
  readonly secrets?: readonly string[];
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  /** Seconds after the sender's time. */
  readonly late?: number;
}

const prove = ({ secrets = [SYMMETRIC.secret], headers, body = BODY, late = 0 }: Sent = {}) => {
  const all = {
    'webhook-id': ID,
    'webhook-timestamp': String(SECONDS),
    'webhook-signature': SYMMETRIC.signature,
    ...headers,
  };
  const set = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return makeStandardWebhooks([ofCaller(...secrets)])(
    {
      method: 'POST',
      paths: ['/v1/hooks/shop'],
      query: '',
      headers: Object.fromEntries(set),
      body: Buffer.from(body),
    },
    new Date((SECONDS + late) * 1_000),
  );
};

const PROVED = { kind: 'proved', caller: CALLER, replayKey: `webhook-id ${ID}` };
const failed = (check: RegExp) => ({ kind: 'failed', check: expect.stringMatching(check) });

describe('Standard Webhooks', () => {
  it('v1: the bytes of the specification’s own test', () => {
    expect(prove()).toEqual(PROVED);
  });

  it('v1: the example of Svix’s page on verifying by hand', () => {
    const headers = {
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    };
    const body = '{"event_type":"ping","data":{"success":true}}';
    const secrets = ['whsec_plJ3nmyCDGBKInavdOK15jsl'];
    expect(prove({ secrets, headers, body, late: 1_731_705_121 - SECONDS })).toEqual({
      ...PROVED,
      replayKey: 'webhook-id msg_loFOjxBNrRLzqYUf',
    });
  });

  it('v1a: the specification’s example of an asymmetric signature', () => {
    const headers = { 'webhook-signature': ASYMMETRIC.signature };
    expect(prove({ secrets: [ASYMMETRIC.secret], headers })).toEqual(PROVED);
  });

  it('one signature of several counts, and one key of several', () => {
    const stale = 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=';
    const both = `${stale}  v2,x ${ASYMMETRIC.signature} garbage ${SYMMETRIC.signature}`;
    const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
    for (const secrets of [
      [other, SYMMETRIC.secret],
      [ASYMMETRIC.secret, other],
    ])
      expect(prove({ secrets, headers: { 'webhook-signature': both } })).toEqual(PROVED);
    expect(prove({ secrets: [other], headers: { 'webhook-signature': both } })).toEqual(
      failed(/no key/),
    );
  });

  it('a signature counts for its own version alone', () => {
    const [, text] = SYMMETRIC.signature.split(',');
    for (const signature of [`v1a,${text}`, `v2,${text}`, text])
      expect(prove({ headers: { 'webhook-signature': signature } })).toEqual(failed(/no key/));
  });

  it.each([
    [0, 300],
    [0, -300],
  ])('it holds for five minutes either way: %i %i', (_, late) => {
    expect(prove({ late })).toEqual(PROVED);
    expect(prove({ late: late + Math.sign(late) })).toEqual(failed(/more than 5 minutes/));
  });

  it('the raw bytes are what counts', () => {
    for (const body of [`${BODY} `, `\uFEFF${BODY}`, JSON.stringify(JSON.parse(BODY)), ''])
      expect(prove({ body })).toEqual(failed(/no key/));
  });

  it('a byte order mark is signed like any other bytes', () => {
    const body = `\uFEFF${BODY}`;
    const webhook = new Webhook(SYMMETRIC.secret);
    const signature = webhook.sign(ID, new Date(SECONDS * 1_000), body);
    expect(prove({ body, headers: { 'webhook-signature': signature } })).toEqual(PROVED);
  });

  it('invalid UTF-8 does not pass for the text that a decoder makes of it', () => {
    const webhook = new Webhook(SYMMETRIC.secret);
    const signature = webhook.sign(ID, new Date(SECONDS * 1_000), '{"a":"\uFFFD"}');
    const headers = { 'webhook-signature': signature };
    expect(prove({ headers, body: '{"a":"\uFFFD"}' })).toEqual(PROVED);
    const bytes = Buffer.from('{"a":"\xFF"}', 'latin1');
    expect(prove({ headers, body: bytes })).toEqual(failed(/no key/));
  });

  it('v1a covers any bytes', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const secrets = [`whpk_${Buffer.from(x, 'base64url').toString('base64')}`];
    const body = Buffer.from([0xff, 0x00]);
    const content = Buffer.concat([Buffer.from(`${ID}.${SECONDS}.`), body]);
    const headers = {
      'webhook-signature': `v1a,${sign(null, content, privateKey).toString('base64')}`,
    };
    expect(prove({ secrets, headers, body })).toEqual(PROVED);
    expect(prove({ secrets, headers, body: Buffer.from([0xff, 0x01]) })).toEqual(failed(/no key/));
  });

  it('a rotation needs two signatures; four of each version are taken', () => {
    const wrong = 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=';
    const all = [wrong, wrong, wrong, SYMMETRIC.signature, ...Array(4).fill(ASYMMETRIC.signature)];
    const headers = { 'webhook-signature': all.join(' ') };
    for (const { secret } of [SYMMETRIC, ASYMMETRIC])
      expect(prove({ secrets: [secret], headers })).toEqual(PROVED);
  });

  it('v1 covers any bytes, as the package of the specification signs text', () => {
    const key = Buffer.from(SYMMETRIC.secret.slice('whsec_'.length), 'base64');
    const body = Buffer.from([0xff, 0x00]);
    const content = Buffer.concat([Buffer.from(`${ID}.${SECONDS}.`), body]);
    const signature = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
    expect(prove({ body, headers: { 'webhook-signature': signature } })).toEqual(PROVED);
    for (const text of ['', '{}', '{"ключ":"值 🙂"}', 'x'.repeat(100_000)]) {
      const ofPackage = new Webhook(SYMMETRIC.secret).sign(ID, new Date(SECONDS * 1_000), text);
      expect(prove({ body: text, headers: { 'webhook-signature': ofPackage } })).toEqual(PROVED);
    }
  });

  describe('Svix sends headers of its own name', () => {
    const NONE = {
      'webhook-id': undefined,
      'webhook-timestamp': undefined,
      'webhook-signature': undefined,
    };
    const SVIX = {
      'svix-id': ID,
      'svix-timestamp': String(SECONDS),
      'svix-signature': SYMMETRIC.signature,
    };

    it('they count, and a repeat in the other family is known', () => {
      expect(prove({ headers: { ...NONE, ...SVIX } })).toEqual(PROVED);
      expect(prove({ headers: SVIX })).toEqual(PROVED);
      expect(prove({ headers: { ...SVIX, 'webhook-id': undefined } })).toEqual(PROVED);
    });

    it.each(Object.keys(SVIX))('the families are never mixed: without %s', (name) => {
      const other = name.replace('svix', 'webhook');
      const headers = { ...NONE, ...SVIX, [name]: undefined, [other]: Reflect.get(SVIX, name) };
      expect(prove({ headers })).toMatchObject({ kind: 'failed' });
    });

    it('they are as strict', () => {
      const headers = { ...NONE, ...SVIX };
      expect(prove({ headers, late: 301 })).toEqual(failed(/more than 5 minutes/));
      expect(prove({ headers: { ...headers, 'svix-id': 'msg_2' } })).toEqual(failed(/no key/));
    });
  });

  it('without a signature it is for another scheme', () => {
    expect(prove({ headers: { 'webhook-signature': undefined } })).toEqual({ kind: 'absent' });
  });

  it.each([
    [{ 'webhook-id': undefined }, /webhook-id/],
    [{ 'webhook-id': '' }, /webhook-id/],
    [{ 'webhook-id': 'a b' }, /webhook-id/],
    [{ 'webhook-id': 'x'.repeat(257) }, /webhook-id/],
    [{ 'webhook-id': `${ID},${ID}` }, /no key/],
    [{ 'webhook-timestamp': undefined }, /webhook-timestamp/],
    [{ 'webhook-timestamp': `0${SECONDS}` }, /webhook-timestamp/],
    [{ 'webhook-timestamp': `${SECONDS}.0` }, /webhook-timestamp/],
    [{ 'webhook-timestamp': `${SECONDS}x` }, /webhook-timestamp/],
    [{ 'webhook-timestamp': `${SECONDS + 1}` }, /no key/],
    [{ 'webhook-timestamp': '9'.repeat(400) }, /webhook-timestamp/],
    [{ 'webhook-signature': '' }, /no key/],
    [{ 'webhook-signature': 'v1,' }, /no key/],
    [{ 'webhook-signature': SYMMETRIC.signature.slice(0, -2) }, /no key/],
    [{ 'webhook-signature': `${SYMMETRIC.signature},${SYMMETRIC.signature}` }, /no key/],
    [{ 'webhook-signature': Array(5).fill(SYMMETRIC.signature).join(' ') }, /too many/],
    [{ 'webhook-signature': Array(5).fill(ASYMMETRIC.signature).join(' ') }, /too many/],
  ])('%j proves nothing', (headers, check) => {
    expect(prove({ headers })).toEqual(failed(check));
    expect(prove({ headers, secrets: [ASYMMETRIC.secret] })).toMatchObject({ kind: 'failed' });
  });
});

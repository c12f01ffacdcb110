import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeGithub } from '../../shared/callers/github-scheme.ts';

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation */
const SECRET = "It's a Secret to Everybody";
const BODY = 'Hello, World!';
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

const CALLER = { id: 'ci', grants: [] };

const prove = (
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = BODY,
  secrets: readonly string[] = [SECRET],
) =>
  makeGithub([
    { ...CALLER, proofs: secrets.map((secret) => ({ kind: 'github' as const, secret })) },
  ])(
    { method: 'POST', paths: ['/v1/hooks/ci'], query: '', headers, body: Buffer.from(body) },
    new Date(0),
  );

const signed = (signature: string) => ({ 'x-hub-signature-256': signature });
const failed = (check: RegExp) => ({ kind: 'failed', check: expect.stringMatching(check) });

describe('GitHub’s signature', () => {
  const hash = createHash('sha256').update(BODY).digest('hex');
  const PROVED = { kind: 'proved', caller: CALLER, replayKey: `github ${hash}` };

  it('the values of GitHub’s own page; the hash of the body tells a repeat', () => {
    expect(prove(signed(SIGNATURE))).toEqual(PROVED);
    expect(prove({ ...signed(SIGNATURE), 'x-github-delivery': 'another' })).toEqual(PROVED);
  });

  it('any of several secrets', () => {
    expect(prove(signed(SIGNATURE), BODY, ['a new one', SECRET])).toEqual(PROVED);
    expect(prove(signed(SIGNATURE), BODY, ['a new one'])).toEqual(failed(/no secret/));
  });

  it('the raw bytes count, whatever they are', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00]);
    const own = createHmac('sha256', SECRET).update(bytes).digest('hex');
    expect(prove(signed(`sha256=${own}`), bytes)).toMatchObject({ kind: 'proved' });
    expect(prove(signed(SIGNATURE), `${BODY} `)).toEqual(failed(/no secret/));
  });

  it('without a signature it is for another scheme; SHA-1 alone is not taken', () => {
    expect(prove({})).toEqual({ kind: 'absent' });
    expect(prove({ 'x-hub-signature': 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59' })).toEqual(
      failed(/SHA-1/),
    );
  });

  it.each([
    [''],
    ['sha256='],
    [SIGNATURE.slice(0, -1)],
    [SIGNATURE.slice('sha256='.length)],
    [`${SIGNATURE},${SIGNATURE}`],
    [SIGNATURE.replace('sha256', 'sha1')],
    [SIGNATURE.replace(/7$/, 'g')],
  ])('%j is malformed', (signature) => {
    expect(prove(signed(signature))).toEqual(failed(/malformed/));
  });
});

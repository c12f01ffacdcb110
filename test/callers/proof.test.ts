import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { proofSchema } from '../../shared/callers/proof.ts';
import { faultsOf } from '../../shared/json/fault.ts';

const faultsIn = (proof: unknown): readonly string[] =>
  faultsOf(v.safeParse(proofSchema, proof).issues ?? []).map(
    ({ pointer, detail }) => `${pointer}: ${detail}`,
  );

const DIGEST = '0123456789abcdef'.repeat(4);
const basic = { kind: 'basic', user: 'u', password_sha256: DIGEST };
const pair = { kind: 'vendor-key', access_key: 'AK', secret_key: 'SK' };
const base64 = (length: number): string => 'a+/Z'.repeat(200).slice(0, length);
const hook = (secret: string) => ({ kind: 'standard-webhooks', secret });

const DIGEST_RULE = 'must be a SHA-256 digest: 64 hexadecimal digits in lower case';
const USER_RULE = 'must be 1 to 256 characters of printable ASCII, none of them a colon';
const KEY_RULE = 'must be an access key: letters, digits, . _ -';
const WORD_RULE = 'must be printable ASCII without spaces or line ends, at most 16384 characters';
const IAM_RULE = 'must be an id of IAM: letters, digits, _ -';
const LINE_RULE = 'must be 1 to 1024 characters of printable ASCII';
const HOOK_RULE =
  'must be a secret of Standard Webhooks: whsec_ and base64, or whpk_ and 32 bytes in base64';

describe('a proof is taken up to its limits', () => {
  it.each<[string, object]>([
    ['a digest', { kind: 'bearer', sha256: DIGEST }],
    ['a user of one character', basic],
    ['a user of many words', { ...basic, user: ` ;9~${'u'.repeat(252)}` }],
    ['an access key', { ...pair, access_key: `aZ09._-${'k'.repeat(121)}` }],
    ['a secret key', { ...pair, secret_key: `!~${'s'.repeat(16_382)}` }],
    ['a security token', { ...pair, security_token: 't' }],
    ['a user of IAM', { kind: 'iam', user_id: `aZ09_-${'u'.repeat(58)}` }],
    ['a domain of IAM', { kind: 'iam', domain_id: 'd' }],
    ['a secret of GitHub with spaces', { kind: 'github', secret: ` ~${'s'.repeat(1_022)}` }],
    ['the shortest secret of a webhook', hook(`whsec_${base64(16)}`)],
    ['the longest secret of a webhook', hook(`whsec_${base64(512)}==`)],
    ['a public key of a webhook', hook(`whpk_${base64(43)}=`)],
  ])('%s', (_, proof) => {
    expect(v.parse(proofSchema, proof)).toEqual(proof);
  });
});

describe('and no further, in words that say what it must be', () => {
  it.each<[object, string]>([
    [{ kind: 'bearer', sha256: `${DIGEST}0` }, `#/sha256: ${DIGEST_RULE}`],
    [{ kind: 'bearer', sha256: `0${DIGEST}` }, `#/sha256: ${DIGEST_RULE}`],
    [{ kind: 'bearer', sha256: DIGEST.toUpperCase() }, `#/sha256: ${DIGEST_RULE}`],
    [{ kind: 'bearer', sha256: 5 }, '#/sha256: must be a string'],
    [{ ...basic, user: '' }, `#/user: ${USER_RULE}`],
    [{ ...basic, user: 'a:b' }, `#/user: ${USER_RULE}`],
    [{ ...basic, user: ':a' }, `#/user: ${USER_RULE}`],
    [{ ...basic, user: 'u'.repeat(257) }, `#/user: ${USER_RULE}`],
    [{ ...basic, password_sha256: '' }, `#/password_sha256: ${DIGEST_RULE}`],
    [{ ...pair, access_key: 'A K' }, `#/access_key: ${KEY_RULE}`],
    [{ ...pair, access_key: ' AK' }, `#/access_key: ${KEY_RULE}`],
    [{ ...pair, access_key: 'k'.repeat(129) }, `#/access_key: ${KEY_RULE}`],
    [{ ...pair, secret_key: 'SK\n' }, `#/secret_key: ${WORD_RULE}`],
    [{ ...pair, secret_key: ' SK' }, `#/secret_key: ${WORD_RULE}`],
    [{ ...pair, secret_key: 's'.repeat(16_385) }, `#/secret_key: ${WORD_RULE}`],
    [{ ...pair, security_token: '' }, `#/security_token: ${WORD_RULE}`],
    [{ kind: 'iam', user_id: 'a b' }, `#/user_id: ${IAM_RULE}`],
    [{ kind: 'iam', domain_id: 'd'.repeat(65) }, `#/domain_id: ${IAM_RULE}`],
    [{ kind: 'iam', domain_id: '.d' }, `#/domain_id: ${IAM_RULE}`],
    [{ kind: 'github', secret: '' }, `#/secret: ${LINE_RULE}`],
    [{ kind: 'github', secret: 'ä s' }, `#/secret: ${LINE_RULE}`],
    [{ kind: 'github', secret: 's\n' }, `#/secret: ${LINE_RULE}`],
    [{ kind: 'github', secret: 's'.repeat(1_025) }, `#/secret: ${LINE_RULE}`],
    [hook(`whsec_${base64(15)}`), `#/secret: ${HOOK_RULE}`],
    [hook(`whsec_${base64(513)}`), `#/secret: ${HOOK_RULE}`],
    [hook(`whsec_${base64(16)}===`), `#/secret: ${HOOK_RULE}`],
    [hook(`whsec_${base64(16)}_`), `#/secret: ${HOOK_RULE}`],
    [hook(` whsec_${base64(16)}`), `#/secret: ${HOOK_RULE}`],
    [hook(`whpk_${base64(42)}=`), `#/secret: ${HOOK_RULE}`],
    [hook(`whpk_${base64(44)}`), `#/secret: ${HOOK_RULE}`],
    [hook(`whpk_${base64(43)}=\n`), `#/secret: ${HOOK_RULE}`],
    [hook(base64(43)), `#/secret: ${HOOK_RULE}`],
  ])('%j', (proof, fault) => {
    expect(faultsIn(proof)).toEqual([fault]);
  });

  it.each(['bearer', 'basic', 'vendor-key', 'standard-webhooks', 'github'])(
    '%s: each field is needed, and none is ignored',
    (kind) => {
      const faults = faultsIn({ kind, _added: 1 });
      expect(faults[0]).toBe('#/_added: is not a known field');
      expect(faults.slice(1).every((fault) => fault.endsWith(': is required'))).toBe(true);
      expect(faults.length).toBeGreaterThan(1);
    },
  );

  it.each([['toString'], [5], [undefined], [null]])('there is no kind %j', (kind) => {
    expect(faultsIn({ kind, secret: 's' })).toEqual([
      expect.stringMatching(/^#\/kind: (must be one of bearer, basic, vendor-key, iam, |is req)/),
    ]);
  });

  it.each([[null], [5], ['bearer'], [[]]])('%j is no proof', (value) => {
    expect(faultsIn(value)).toEqual([
      expect.stringMatching(/^#(\/kind)?: (must be an object|is required)$/),
    ]);
  });
});

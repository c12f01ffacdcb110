import { describe, expect, it } from 'vitest';
import type { Credential, KeyPair } from '../../shared/upstream/credentials.ts';
import type { Outgoing } from '../../shared/upstream/exchange.ts';
import { redact } from '../../shared/upstream/redact.ts';

const user = (password: string): Credential => ({
  kind: 'user',
  user: 'fan-in',
  password,
  domain: 'OTC-1',
});
const pair: KeyPair = { kind: 'key', access: 'AKIDEXAMPLE', secret: 'sk/word+1' };

const sentWith = (headers: Outgoing['headers'], body?: string): Outgoing => ({
  method: 'POST',
  url: 'https://dli.example.com/',
  headers,
  ...(body !== undefined && { body }),
});
const BARE = sentWith({});

/** What is left of a reply's body. */
const cleaned = (text: string, credential?: Credential, sent = BARE): string => {
  const reply = redact({ kind: 'replied', status: 401, body: text }, sent, credential);
  return reply.kind === 'replied' ? reply.body : 'no reply';
};

describe('whatever shows a credential is hidden', () => {
  it.each<[string, Credential, string]>([
    ['an access key', pair, 'AKIDEXAMPLE'],
    ['a secret key', pair, 'sk/word+1'],
    ['a security token', { ...pair, securityToken: 'st+s.1234' }, 'st+s.1234'],
    ['a password', user('pass word'), 'pass word'],
  ])('%s', (_, credential, secret) => {
    expect(cleaned(`not "${secret}", ${secret}`, credential)).toBe('not "[secret]", [secret]');
    const silence = redact({ kind: 'silent', reason: `no ${secret}` }, BARE, credential);
    expect(silence).toEqual({ kind: 'silent', reason: 'no [secret]' });
  });

  it.each<[string, Outgoing, string]>([
    ['the key that signed', sentWith({ authorization: 'X Access=AK.ID-12, S=t' }), 'AK.ID-12'],
    ['a signature', sentWith({ authorization: 'X Access=A, Signature=0a1b2c3d' }), '0a1b2c3d'],
    ['a security token', sentWith({ 'x-security-token': 'st+s.1234' }), 'st+s.1234'],
    ['a user’s token', sentWith({ 'x-auth-token': 'MII.+/12' }), 'MII.+/12'],
    ['the password of a login', sentWith({}, '{"password":"pass word"}'), 'pass word'],
    ['one with quotes', sentWith({}, '{"password":"a \\"b\\\\c\\" d","x":"y"}'), 'a "b\\c" d'],
  ])('that a request shows: %s', (_, sent, secret) => {
    expect(cleaned(`not ${secret}!`, undefined, sent)).toBe('not [secret]!');
  });

  it('from 8 characters on: shorter words are in every text', () => {
    expect(cleaned('a+bcdefg a+bcdef', user('a+bcdefg'))).toBe('[secret] a+bcdef');
    expect(cleaned('a+bcdef', user('a+bcdef'))).toBe('a+bcdef');
  });

  it('in capitals or not', () => {
    expect(cleaned('akidexample', pair)).toBe('[secret]');
    expect(cleaned('no paſſword', user('password'))).toBe('no [secret]');
    expect(cleaned('a "+-+/+-+/" b', user('+-+/+-+/'))).toBe('a "[secret]" b');
  });
});

describe('in any usual spelling', () => {
  const SPELLINGS: readonly (readonly [character: string, ...spellings: readonly string[]])[] = [
    [
      '/',
      '\\/',
      '\\\\\\/',
      '%2F',
      '%2f',
      '\\u002f',
      '\\\\u002F',
      '&#47;',
      '&#047;',
      '&#x2f;',
      '%252F',
      '%25252f',
      '&amp;#47;',
    ],
    ['&', '&amp;', '\\u0026', '%26', '&#38;', '&#x26;', '&#x0026;', '&amp;amp;', '&amp;#x26;'],
    ['<', '&lt;', '\\u003c', '%3C', '&#60;', '&#x3C;'],
    ['>', '&gt;', '\\u003e', '%3E', '&#62;', '&#x3E;'],
    ['"', '&quot;', '\\"', '\\\\\\"', '\\u0022', '\\\\u0022', '%22', '%5C%22', '&#92;"', '&#34;'],
    ["'", '&apos;', "\\'", '\\u0027', '%27', '&#39;', '&#x27;'],
    [' ', '+', '%20', '\\u0020', '&#32;'],
    ['\\', '\\\\', '\\\\\\\\', '\\u005c', '%5C', '%5C%5C', '&#92;'],
    ['ü', '%C3%BC', '\\u00fc', '\\\\u00fc', '&#252;', '&#xfc;'],
    ['😀', '%F0%9F%98%80', '\\ud83d\\ude00', '\\\\ud83d\\\\ude00', '&#128512;', '&#x1f600;'],
  ];
  const cases = SPELLINGS.flatMap(([character, ...spellings]) =>
    [character, ...spellings].map((spelling) => ({ character, spelling })),
  );
  it.each(cases)('$character as $spelling', ({ character, spelling }) => {
    const secret = ['left', 'middle', 'right'].join(character);
    const text = `no: ${['left', 'middle', 'right'].join(spelling)}.`;
    expect(cleaned(text, user(secret))).toBe('no: [secret].');
  });

  it('letters that JSON need not escape too', () => {
    const escaped = Array.from('pass-word', (letter) => {
      const code = letter.charCodeAt(0).toString(16);
      return `\\u00${code}`;
    });
    expect(cleaned(`"${escaped.join('')}"`, user('pass-word'))).toBe('"[secret]"');
  });

  it('up to 128 characters as a whole; longer ones are tokens, of which the runs are hidden', () => {
    const longest = 'abc+'.repeat(32);
    expect(cleaned(encodeURIComponent(longest), user(longest))).toBe('[secret]');
    const token = 'MIIabcdefghijklmnop+'.repeat(7);
    expect(cleaned(token, user(token))).toBe('[secret]');
    const spelled = token.replaceAll('+', '&#43;');
    expect(cleaned(spelled, user(token))).toBe('[secret]&#43;'.repeat(7));
  });
});

describe('of a secret that is cut no 12 letters and digits in a row are left', () => {
  const secret = 'abcdefghijklmn/ABCDEFGHIJKLMN';
  const sk: Credential = { ...pair, secret };
  it.each([
    ['its beginning', 'abcdefghijkl…', '[secret]…'],
    ['its middle', 'cdefghijklmn/', '[secret]/'],
    ['a run of it with something stuck to it', 'is1abcdefghijklmn2', '[secret]'],
    ['another one', 'of ABCDEFGHIJKLMN9', 'of [secret]'],
  ])('%s', (_, text, expected) => {
    expect(cleaned(text, sk)).toBe(expected);
  });

  it('but fewer are in every text', () => {
    expect(cleaned('abcdefghijk', sk)).toBe('abcdefghijk');
  });
});

describe('all else stays as it is', () => {
  it.each([
    ['what looks like a secret and is none', 'leftright1 left/right2 request4711abcdef'],
    [
      'byte for byte, where nothing is hidden',
      '{"a":"\\u00fc\\/\\n\\u003cb\\u003e","id":"\\ud83d"}',
    ],
    ['', ''],
  ])('%s', (_, text) => {
    expect(cleaned(text, user('left/right1'))).toBe(text);
  });

  it('beside one that is hidden too', () => {
    expect(cleaned('request4711abcdef: AKIDEXAMPLE', pair)).toBe('request4711abcdef: [secret]');
    expect(cleaned('{"user":"OTC\\\\AKIDEXAMPLE"}', pair)).toBe('{"user":"OTC\\\\[secret]"}');
  });

  it('and JSON stays the same JSON', () => {
    const text = '{"a":"\\u0022\\u005c\\u000a\\ud83d\\n\\u00fc","b":"AKIDEXAMPLE"}';
    expect(JSON.parse(cleaned(text, pair))).toEqual({ ...JSON.parse(text), b: '[secret]' });
  });

  it('with the status, and the token that IAM sends for us', () => {
    const reply = { kind: 'replied', status: 201, body: '{}', subjectToken: 'MII' } as const;
    expect(redact(reply, BARE, pair)).toEqual(reply);
  });
});

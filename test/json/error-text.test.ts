import { describe, expect, it } from 'vitest';
import { errorText } from '../../shared/json/error-text.ts';

class OddError extends Error {
  override readonly name = 'OddError';
}

describe('the text of an error is one line, without its stack', () => {
  it.each([
    [new TypeError('is wrong'), 'TypeError: is wrong'],
    [new OddError(''), 'OddError'],
    [new OddError('is odd'), 'OddError: is odd'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('%s', (error, reason) => {
    expect(errorText(error)).toBe(reason);
  });

  it('it includes all causes', () => {
    const refused = new Error('connect ECONNREFUSED', { cause: 'nobody listens' });
    expect(errorText(new OddError('not sent', { cause: refused }))).toBe(
      'OddError: not sent (Error: connect ECONNREFUSED (nobody listens))',
    );
  });

  it('it stops after eight causes, since some errors cause themselves', () => {
    const round = new Error('again');
    round.cause = round;
    expect(errorText(round)).toBe(`Error: again${' (Error: again'.repeat(8)}${')'.repeat(8)}`);
  });
});

describe('a credential that an error quotes appears by name only', () => {
  it.each([
    ['x-auth-token: MIIabc', 'x-auth-token: [secret]'],
    ['"X-Security-Token":"gQpjbi"', '"X-Security-Token":"[secret]"'],
    ['Authorization: Bearer abc.def', 'Authorization: [secret]'],
    ['signed with Access=AKID, wrong', 'signed with Access=[secret], wrong'],
    ['Credential=AKID/2024; Signature=0a1b', 'Credential=[secret]; Signature=[secret]'],
  ])('%s', (quoted, told) => {
    expect(errorText(quoted)).toBe(told);
  });

  it('also in a cause', () => {
    const cause = new Error('not signed: Access=AKID, and so on');
    expect(errorText(new Error('refused', { cause }))).toBe(
      'Error: refused (Error: not signed: Access=[secret], and so on)',
    );
  });
});

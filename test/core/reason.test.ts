import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../shared/core/reason.ts';

class OddError extends Error {
  override readonly name = 'OddError';
}

describe('an error is told in a line, without its stack', () => {
  it.each([
    [new TypeError('is wrong'), 'TypeError: is wrong'],
    [new OddError(''), 'OddError'],
    [new OddError('is odd'), 'OddError: is odd'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('%s', (error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });

  it('with its causes, down to the last', () => {
    const refused = new Error('connect ECONNREFUSED', { cause: 'nobody listens' });
    expect(reasonOf(new OddError('not sent', { cause: refused }))).toBe(
      'OddError: not sent (Error: connect ECONNREFUSED (nobody listens))',
    );
  });
});

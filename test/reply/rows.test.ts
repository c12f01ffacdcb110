import { describe, expect, it } from 'vitest';
import { readReply } from '../../shared/reply/read-reply.ts';
import { saysOf } from '../../shared/reply/reply.ts';
import { codeOf } from '../../shared/reply/rows.ts';
import { wireReply } from '../support/replies.ts';

describe('the code of a row', () => {
  it('is a text, of the service or of IAM', () => {
    expect(codeOf({ error_code: 'DLI.0001', error: { code: 'IAM.0061' } })).toBe('DLI.0001');
    expect(codeOf({ error_code: '', error: { code: 'IAM.0061' } })).toBe('IAM.0061');
    for (const row of [{ error: { code: 401 } }, { error: 'x' }, { error_code: 7 }, [], null])
      expect(codeOf(row)).toBe('unspecified');
  });

  it('and a row whose code and claim are empty is not a service’s', () => {
    const showsIn = (body: unknown) => saysOf(readReply(wireReply(200, body))).intermediary;
    expect(showsIn([{ error_code: '', is_success: '' }])).toBeDefined();
    expect(showsIn([{ error_code: 'DLI.0001' }])).toBeUndefined();
  });
});

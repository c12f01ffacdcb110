import { describe, expect, it } from 'vitest';
import { readReply } from '../../shared/reply/read-reply.ts';
import { saysOf } from '../../shared/reply/reply.ts';
import { wireReply } from '../support/replies.ts';

describe('a denial of a whole call', () => {
  const denialOf = (status: number, body: unknown) =>
    saysOf(readReply(wireReply(status, body))).denial;

  it('has the code and the words of the only row, or the status', () => {
    const error = { code: 'DLI.0015', message: 'words' };
    const denied = { kind: 'denied', error };
    expect(denialOf(403, { error_code: 'DLI.0015', error_msg: 'words' })).toEqual(denied);
    expect(denialOf(403, [{ error_code: 'DLI.0015', message: 'words' }])).toEqual(denied);
    expect(denialOf(403, '<html>')).toEqual({
      kind: 'denied',
      error: { code: 'unspecified', message: 'status 403' },
    });
    expect(denialOf(413, { error_code: 'APIGW.0201', error_msg: 7 })).toEqual({
      kind: 'too large',
      error: { code: 'APIGW.0201', message: 'status 413' },
    });
  });

  it('is none where nothing is denied, or one row of several', () => {
    const row = { error_code: 'DLI.0015', error_msg: 'words' };
    for (const [status, body] of [
      [200, [{ is_success: 'true' }]],
      [400, { error_code: 'DLI.0001' }],
      [403, [row, row]],
      [403, { results: [row] }],
    ] as const)
      expect(saysOf(readReply(wireReply(status, body)))).not.toHaveProperty('denial');
  });
});

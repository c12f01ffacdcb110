import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyHeader } from '../../clients/typescript/src/key-header.ts';
import { readIdempotencyKey } from '../../shared/accept/idempotency-key.ts';

describe('the header Idempotency-Key of the client', () => {
  it('is read by the service as the key that was given', () => {
    const key = fc.stringMatching(/^[ -~]{1,255}$/);
    fc.assert(
      fc.property(key, (given) => {
        expect(readIdempotencyKey(keyHeader(given))).toEqual({ ok: true, key: given });
      }),
    );
  });
});

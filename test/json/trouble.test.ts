import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { troubleOf } from '../../shared/json/trouble.ts';

const named = (name: string, message = 'words') => Object.assign(new Error(message), { name });

describe('why a service did not do what we asked, in one word', () => {
  it.each([
    ['misconfigured', new MisconfiguredError('Settings: the secret with the credentials')],
    ['denied', named('AccessDeniedException')],
    ['denied', named('UnrecognizedClientException')],
    ['throttled', named('ThrottlingException')],
    ['throttled', named('ProvisionedThroughputExceededException')],
    ['missing', named('ResourceNotFoundException')],
    ['missing', named('AWS.SimpleQueueService.NonExistentQueue')],
    ['unreachable', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['unreachable', named('TimeoutError')],
    ['refused', named('ValidationException')],
    ['unexpected', new Error('words')],
    ['unexpected', undefined],
  ])('%s: %s', (reason, error) => {
    expect(troubleOf(error).reason).toBe(reason);
  });

  it('beside the error’s own words, without its credentials', () => {
    expect(troubleOf(named('AccessDenied', 'no Signature=abc'))).toEqual({
      reason: 'denied',
      error: 'AccessDenied: no Signature=[secret]',
    });
  });
});

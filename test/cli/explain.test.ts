import { expect, it } from 'vitest';
import { explain } from '../../cli/explain.ts';

const signal = new AbortController().signal;

const ofAws = (name: string, message = 'words', more: object = {}) =>
  Object.assign(new Error(message), { name, $metadata: {}, ...more });

it.each<readonly [Error, string]>([
  [
    ofAws('Error', 'connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' }),
    'check the network',
  ],
  [ofAws('TimeoutError'), 'check the network'],
  [new Error('Region is missing'), 'set --region or AWS_REGION'],
  [ofAws('Error', 'Region not accepted: region=""'), 'set --region or AWS_REGION'],
  [ofAws('CredentialsProviderError'), 'sign in to AWS'],
  [ofAws('ExpiredTokenException'), 'sign in to AWS'],
  [ofAws('AccessDeniedException', 'ENOTFOUND'), 'give this AWS user the permission'],
  [ofAws('ValidationError', 'Stack with id x does not exist'), 'check --stack and --region'],
  [ofAws('ResourceNotFoundException'), 'a part of it is gone'],
  [ofAws('OddException', 'Region is missing'), 'run job-fanin doctor'],
])('an error of AWS says what helps: %s', (error, remedy) => {
  expect(explain(error, signal)).toMatchObject({
    exit: 6,
    remedy: expect.stringContaining(remedy),
  });
});

import { expect, test } from 'vitest';
import { nearestName, strayVariables } from '../../shared/json/nearest-name.ts';

test.each([
  ['CANRAY', 'CANARY'],
  ['CANARYS', 'CANARY'],
  ['CANRY', 'CANARY'],
  ['CALLER_BURTS', 'CALLER_BURST'],
  ['CALLER_NAME', undefined],
  ['canary', 'CANARY'],
  ['UNWARP', 'UNWRAP'],
  ['C', undefined],
])('%s is most likely %s', (name, nearest) => {
  expect(nearestName(name, ['CANARY', 'CALLER_BURST', 'UNWRAP'])).toBe(nearest);
});

test('a variable that is nearly a setting is told of; one near to a short name, or to AWS’s own, is not', () => {
  expect(
    strayVariables({ PROT: '1', AWS_REGIONS: 'z', UNWARP: 'x', CANARY: 'y' }, [
      'PORT',
      'AWS_REGION',
      'UNWRAP',
      'CANARY',
    ]),
  ).toEqual(['UNWARP is not a setting, and changes nothing: did you mean UNWRAP?']);
});

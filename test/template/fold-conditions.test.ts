import { describe, expect, test } from 'vitest';
import { foldConditions } from '../../build/osls/fold-conditions.ts';
import { referAtMarks } from '../../build/osls/parameter-marks.ts';
import { tidyTemplate } from '../../build/osls/tidy-template.ts';

const NONE = { Ref: 'AWS::NoValue' };

const conditionOf = (value: string | { readonly Ref: string }) => ({
  'Fn::Not': [{ 'Fn::Equals': [value, ''] }],
});

describe('conditions that are known are folded', () => {
  const folded = (value: string | { readonly Ref: string }) =>
    foldConditions({
      Conditions: { Has: conditionOf(value) },
      Resources: {
        Only: { Type: 'A', Condition: 'Has' },
        Both: {
          Type: 'B',
          Properties: { Key: { 'Fn::If': ['Has', 'mine', NONE] }, List: [NONE, { Ref: 'Only' }] },
        },
      },
    });

  test('to the branch that holds', () => {
    expect(folded('key')).toEqual({
      Resources: {
        Only: { Type: 'A' },
        Both: { Type: 'B', Properties: { Key: 'mine', List: [{ Ref: 'Only' }] } },
      },
      Outputs: {},
    });
  });

  test('to nothing, if that is the other', () => {
    expect(folded('').Resources).toEqual({
      Both: { Type: 'B', Properties: { List: [{ Ref: 'Only' }] } },
    });
  });

  test('what CloudFormation has to decide stays', () => {
    const left = folded({ Ref: 'Key' });
    expect(left.Conditions).toEqual({ Has: conditionOf({ Ref: 'Key' }) });
    expect(left.Resources).toMatchObject({
      Only: { Condition: 'Has' },
      Both: { Properties: { Key: { 'Fn::If': ['Has', 'mine', NONE] } } },
    });
  });
});

test('what a resource refers to is not named again as what it depends on', () => {
  const Properties = { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } };
  const tidied = tidyTemplate({ Resources: { It: { DependsOn: ['Role', 'Logs'], Properties } } });
  expect(tidied).toEqual({ Resources: { It: { Properties, DependsOn: ['Logs'] } } });
});

test('a mark becomes a reference, also in the middle of a text', () => {
  expect(
    referAtMarks({ a: '@{Size}', b: ['see @{Url}#x'], c: { 'Fn::Sub': '@{Url} ok' }, d: 'plain' }),
  ).toEqual({
    a: { Ref: 'Size' },
    b: [{ 'Fn::Sub': `see \${Url}#x` }],
    c: { 'Fn::Sub': `\${Url} ok` },
    d: 'plain',
  });
});

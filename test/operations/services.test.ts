import { describe, expect, it } from 'vitest';
import { isOperationName, operations } from '../../shared/operations/index.ts';
import { isProjectId } from '../../shared/operations/operation.ts';
import { refusalCodeOf, serviceOf, services } from '../../shared/operations/services.ts';
import { isIn, MISSING, told, UNTOLD } from '../../shared/operations/sighting.ts';

describe('whose codes a path speaks', () => {
  it.each([
    ['/v1.0/p/streaming/jobs/run', 'dli'],
    ['/v2.0/p/jobs', 'dli'],
    ['/v3/p/jobs/batch-starting', 'drs'],
    ['/v5/p/jobs', 'drs'],
    ['/v4/p', undefined],
    ['/v3', undefined],
    ['v3/', undefined],
    ['/x/v3/p', undefined],
    ['', undefined],
  ])('%s: %s', (path, service) => {
    expect(serviceOf(path)).toBe(service);
  });

  it('each operation stands at a path of its service', () => {
    expect(services).toEqual(['dli', 'drs']);
    for (const { path, service } of operations) expect(serviceOf(path)).toBe(service);
  });
});

describe('the code of a refusal is the gateway’s, or the service’s own', () => {
  it.each([
    [401, 'APIGW.0301', 'APIGW.0301'],
    [403, 'APIGW.0302', 'APIGW.0302'],
    [404, 'APIGW.0101', 'APIGW.0101'],
    [405, 'APIGW.0101', 'APIGW.0101'],
    [413, 'APIGW.0201', 'APIGW.0201'],
    [429, 'APIGW.0308', 'APIGW.0308'],
    [400, 'DLI.0001', 'DRS.M00202'],
    [499, 'DLI.0001', 'DRS.M00202'],
    [500, 'DLI.0999', 'DRS.M00004'],
    [502, 'DLI.0999', 'DRS.M00004'],
    [503, 'DLI.0012', 'DRS.M01503'],
    [504, 'DLI.0999', 'DRS.M00004'],
  ])('at %i', (status, dli, drs) => {
    expect([refusalCodeOf('dli', status), refusalCodeOf('drs', status)]).toEqual([dli, drs]);
  });
});

describe('what a look shows', () => {
  it.each([1, 1_769_860_800_000])('a job that was started at %i', (startedAt) => {
    expect(told('on', startedAt)).toEqual({ kind: 'told', status: 'on', startedAt });
  });

  it.each([0, -1, Number.NaN, undefined])('%s is no time of a start', (startedAt) => {
    expect(Object.keys(told('on', startedAt))).toEqual(['kind', 'status']);
  });

  it('only a job whose status was told is in one', () => {
    expect(isIn(['on', 'off'], told('off'))).toBe(true);
    expect(isIn(['on'], told('off'))).toBe(false);
    for (const sighting of [MISSING, UNTOLD])
      expect(isIn(['missing', 'untold'], sighting)).toBe(false);
  });
});

it.each([
  ['dli.run', true],
  ['drs.delete', true],
  ['dli.fly', false],
  ['toString', false],
  [7, false],
  [undefined, false],
])('%s is an operation: %s', (name, isOne) => {
  expect(isOperationName(name)).toBe(isOne);
});

it.each([
  ['p', true],
  ['A-z_9', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['', false],
  ['a b', false],
  ['a/b', false],
  ['a\n', false],
  [7, false],
])('%j is a project id: %s', (text, isOne) => {
  expect(isProjectId(text)).toBe(isOne);
});

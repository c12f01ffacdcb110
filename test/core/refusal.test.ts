import { describe, expect, it } from 'vitest';
import { type Blame, blameOf, verdictOn } from '../../shared/core/refusal.ts';

/** From the vendor's error-code pages: code, status, whose trouble it is. */
const KNOWN: readonly (readonly [string, number, Blame])[] = [
  ['DLI.0001', 400, 'job'],
  ['DLI.0002', 400, 'job'],
  ['DLI.0023', 404, 'job'],
  ['DLI.16001', 400, 'job'],
  ['DLI.12004', 400, 'job'],
  ['DLI.13024', 400, 'job'],
  ['DLI.0007', 400, 'job'],
  ['DLI.0009', 400, 'job'],
  ['DLI.0012', 400, 'later'],
  ['DLI.0013', 401, 'later'],
  ['DLI.0014', 401, 'later'],
  ['DLI.0015', 400, 'later'],
  ['DLI.0016', 400, 'later'],
  ['DLI.0019', 400, 'later'],
  ['DLI.0999', 400, 'later'],
  ['DLI.10001', 400, 'later'],
  ['DLI.1028', 400, 'everybody'],
  ['DRS.M00004', 500, 'later'],
  ['DRS.M01501', 422, 'later'],
  ['DRS.M01503', 400, 'later'],
  ['DRS.M01504', 202, 'later'],
  ['DRS.M00304', 400, 'job'],
  ['DRS.M05003', 400, 'job'],
  ['DRS.M05004', 400, 'job'],
  ['DRS.M00301', 400, 'job'],
  ['DRS.M00007', 400, 'job'],
  ['DRS.M00200', 400, 'job'],
  ['DRS.M00201', 400, 'job'],
  ['DRS.M00202', 400, 'job'],
  ['DRS.M00305', 400, 'job'],
  ['DRS.M00100', 403, 'later'],
  ['DRS.M00102', 403, 'later'],
  ['DRS.M00261', 403, 'later'],
  ['DRS.M00103', 401, 'later'],
  ['APIGW.0301', 401, 'later'],
  ['APIGW.0308', 429, 'later'],
  ['APIG.0308', 429, 'later'],
  ['IAM.0012', 429, 'later'],
  ['IAM.0061', 401, 'later'],
];

describe('a known code says whose trouble it is, whatever the status', () => {
  it.each(KNOWN)('%s at %i: %s', (code, status, blame) => {
    expect(blameOf(status, code)).toBe(blame);
    for (const other of [200, 202, 400, 404, 500]) expect(blameOf(other, code)).toBe(blame);
  });
});

describe('an unknown code is judged by its status', () => {
  it.each<[number, Blame]>([
    [400, 'job'],
    [404, 'job'],
    [409, 'job'],
    [422, 'job'],
    [401, 'later'],
    [403, 'everybody'],
    [408, 'later'],
    [429, 'later'],
    [500, 'later'],
    [502, 'later'],
    [503, 'later'],
    [504, 'later'],
  ])('%i: %s', (status, blame) => {
    for (const code of ['NEW.0001', 'unspecified', '', 'constructor', '__proto__'])
      expect(blameOf(status, code)).toBe(blame);
  });
});

describe('a refusal is final, unless it will pass', () => {
  const error = { code: 'DLI.0002', message: 'There is no such job.' };

  it('final: with the code and the words of the upstream', () => {
    expect(verdictOn(400, error, 'keyed')).toEqual({ kind: 'rejected', evidence: 'keyed', error });
  });

  it('for everybody: final as well', () => {
    expect(verdictOn(400, { ...error, code: 'DLI.1028' }, 'aggregate').kind).toBe('rejected');
  });

  it('it will pass: no verdict, but the reason', () => {
    expect(verdictOn(400, { code: 'DLI.0999', message: 'Busy.' }, 'keyed')).toEqual({
      kind: 'unanswered',
      reason: 'DLI.0999: Busy.',
    });
  });
});

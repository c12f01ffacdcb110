import { describe, expect, it } from 'vitest';
import { type Blame, blameOf, mayBeOneJobs, verdictOn } from '../../shared/core/refusal.ts';

/** From the vendor's error-code pages: code, status, whose trouble it is. */
const KNOWN: readonly (readonly [string, number, Blame])[] = [
  ['DLI.0001', 400, 'status'],
  ['DLI.0002', 400, 'job'],
  ['DLI.0023', 404, 'job'],
  ['DLI.16001', 400, 'job'],
  ['DLI.12004', 400, 'job'],
  ['DLI.13024', 400, 'job'],
  ['DLI.0007', 400, 'status'],
  ['DLI.0009', 400, 'status'],
  ['DLI.0012', 400, 'later'],
  ['DLI.0013', 401, 'unserved'],
  ['DLI.0014', 401, 'unserved'],
  ['DLI.0015', 400, 'unserved'],
  ['DLI.0016', 400, 'unserved'],
  ['DLI.0019', 400, 'later'],
  ['DLI.0999', 400, 'later'],
  ['DLI.10001', 400, 'later'],
  ['DLI.1028', 400, 'everybody'],
  ['DRS.M00004', 500, 'later'],
  ['DRS.M01501', 422, 'later'],
  ['DRS.M01503', 400, 'unserved'],
  ['DRS.M01504', 202, 'unserved'],
  ['DRS.M00304', 400, 'status'],
  ['DRS.M05003', 400, 'job'],
  ['DRS.M05004', 400, 'job'],
  ['DRS.M00301', 400, 'job'],
  ['DRS.M00007', 400, 'job'],
  ['DRS.M00200', 400, 'job'],
  ['DRS.M00201', 400, 'job'],
  ['DRS.M00202', 400, 'job'],
  ['DRS.M00305', 400, 'job'],
  ['DRS.M00100', 403, 'unserved'],
  ['DRS.M00102', 403, 'unserved'],
  ['DRS.M00261', 403, 'unserved'],
  ['DRS.M00103', 401, 'unserved'],
  ['APIGW.0301', 401, 'unserved'],
  ['APIGW.0308', 429, 'unserved'],
  ['APIG.0308', 429, 'unserved'],
  ['IAM.0012', 429, 'unserved'],
  ['IAM.0061', 401, 'unserved'],
];

/** The gateway and IAM speak for themselves below 500 only: above, they tell of what became of the service behind. */
const OTHER_STATUSES = [200, 202, 400, 404, 500];

describe('a known code says whose trouble it is, whatever the status', () => {
  it.each(KNOWN)('%s at %i: %s', (code, status, blame) => {
    expect(blameOf(status, code)).toBe(blame);
    if (/^(APIGW?|IAM)\./.test(code)) return;
    for (const other of OTHER_STATUSES) expect(blameOf(other, code)).toBe(blame);
  });

  it.each(['APIGW.0301', 'APIG.0308', 'IAM.0012', 'APIGW.9999'])(
    '%s is answered before any job is looked at, unless the status tells of what lies behind',
    (code) => {
      for (const status of [200, 400, 401, 403, 404, 429])
        expect(blameOf(status, code)).toBe('unserved');
      for (const status of [408, 500, 502, 503, 504]) expect(blameOf(status, code)).toBe('later');
    },
  );
});

describe('an unknown code is judged by its status', () => {
  it.each<[number, Blame]>([
    [400, 'status'],
    [404, 'status'],
    [409, 'status'],
    [422, 'status'],
    [401, 'unserved'],
    [403, 'everybody'],
    [408, 'later'],
    [429, 'unserved'],
    [500, 'later'],
    [502, 'later'],
    [503, 'later'],
    [504, 'later'],
  ])('%i: %s', (status, blame) => {
    for (const code of ['NEW.0001', '', 'constructor', '__proto__'])
      expect(blameOf(status, code)).toBe(blame);
  });

  it('and so is one that is none: whoever says no without a code says it of the job', () => {
    for (const status of [200, 400, 404]) expect(blameOf(status, 'unspecified')).toBe('status');
  });
});

describe('a refusal is final, unless it will pass', () => {
  const message = 'words';

  it.each<[string, boolean]>([
    ['DLI.0002', false],
    ['DLI.1028', false],
    ['DLI.0001', true],
    ['DRS.M00304', true],
    ['NEW.0001', true],
  ])('%s is final, with the code and the words of the upstream; doubtful: %s', (code, doubtful) => {
    const error = { code, message };
    expect(verdictOn(400, error, 'keyed')).toEqual({
      kind: 'rejected',
      evidence: 'keyed',
      error,
      doubtful,
    });
  });

  it.each<[string, 'no' | 'maybe']>([
    ['DLI.0999', 'maybe'],
    ['DLI.0019', 'maybe'],
    ['DRS.M01503', 'no'],
    ['APIGW.0308', 'no'],
  ])('%s will pass: no verdict, but the reason; served: %s', (code, served) => {
    expect(verdictOn(400, { code, message }, 'keyed')).toEqual({
      kind: 'unanswered',
      served,
      reason: `${code}: words`,
    });
  });
});

describe('a refusal of a whole call may be one job’s fault', () => {
  it.each<[string, boolean]>([
    ['DLI.0002', true],
    ['DLI.0001', true],
    ['NEW.0001', true],
    ['DLI.1028', false],
    ['DLI.0999', false],
    ['APIGW.0308', false],
  ])('%s: %s', (code, may) => {
    expect(mayBeOneJobs(400, { code, message: '' })).toBe(may);
  });
});

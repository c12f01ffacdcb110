import { describe, expect, it } from 'vitest';
import { type Blame, blameOf, lacksRight } from '../../shared/reply/error-codes.ts';
import { mayBeOneJobs, verdictOfError } from '../../shared/reply/error-verdict.ts';
import { doubt } from '../../shared/reply/served.ts';
import { mayBeServed } from '../../shared/reply/verdict.ts';

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
  ['DLI.0012', 400, 'outage'],
  ['DLI.0013', 401, 'signature'],
  ['DLI.0014', 401, 'signature'],
  ['DLI.0015', 400, 'auth'],
  ['DLI.0016', 400, 'auth'],
  ['DLI.0019', 400, 'timeout'],
  ['DLI.0999', 400, 'outage'],
  ['DLI.10001', 400, 'outage'],
  ['DLI.1028', 400, 'all'],
  ['DRS.M00004', 500, 'outage'],
  ['DRS.M01501', 422, 'outage'],
  ['DRS.M01503', 400, 'throttled'],
  ['DRS.M01504', 202, 'busy'],
  ['DRS.M00304', 400, 'status'],
  ['DRS.M05003', 400, 'job'],
  ['DRS.M00289', 400, 'job'],
  ['DRS.M05004', 400, 'job'],
  ['DRS.M00301', 400, 'job'],
  ['DRS.M00007', 400, 'job'],
  ['DRS.M00200', 400, 'job'],
  ['DRS.M00201', 400, 'job'],
  ['DRS.M00202', 400, 'job'],
  ['DRS.M00305', 400, 'job'],
  ['DRS.M00100', 403, 'auth'],
  ['DRS.M00102', 403, 'auth'],
  ['DRS.M00261', 403, 'auth'],
  ['DRS.M00103', 401, 'signature'],
  ['APIGW.0101', 404, 'route'],
  ['APIG.0101', 404, 'route'],
  ['APIGW.0301', 401, 'signature'],
  ['APIG.0301', 401, 'signature'],
  ['APIGW.0308', 429, 'throttled'],
  ['APIG.0308', 429, 'throttled'],
  ['IAM.0012', 429, 'throttled'],
  ['IAM.0061', 401, 'auth'],
];

/** The gateway and IAM speak for themselves below 500 only: above, they tell of what became of the service behind. */
const OTHER_STATUSES = [200, 202, 400, 404, 500];

describe('a known code says whose trouble it is, whatever the status', () => {
  it.each(KNOWN)('%s at %i: %s', (code, status, blame) => {
    expect(blameOf(status, code)).toBe(blame);
    if (/^(APIGW?|IAM)\./.test(code)) return;
    for (const other of OTHER_STATUSES) expect(blameOf(other, code)).toBe(blame);
  });

  it.each<[string, number, Blame]>([
    ['APIGW.9999', 400, 'gateway'],
    ['APIG.0102', 404, 'gateway'],
    ['IAM.9999', 400, 'gateway'],
    ['APIGW.9999', 401, 'signature'],
    ['APIGW.9999', 403, 'auth'],
    ['IAM.9999', 429, 'throttled'],
  ])('one of the gateway’s that is not known, %s at %i: %s', (code, status, blame) => {
    expect(blameOf(status, code)).toBe(blame);
  });

  it.each(['APIGW.0301', 'APIG.0308', 'IAM.0012', 'APIGW.9999'])(
    '%s at the status of a server in trouble tells of what lies behind the gateway',
    (code) => {
      for (const status of [408, 500, 502, 503, 504]) expect(blameOf(status, code)).toBe('outage');
    },
  );
});

describe('an unknown code is judged by its status', () => {
  it.each<[number, Blame]>([
    [400, 'status'],
    [404, 'status'],
    [409, 'status'],
    [422, 'status'],
    [401, 'signature'],
    [403, 'all'],
    [408, 'outage'],
    [429, 'throttled'],
    [500, 'outage'],
    [502, 'outage'],
    [503, 'outage'],
    [504, 'outage'],
  ])('%i: %s', (status, blame) => {
    for (const code of ['NEW.0001', '', 'constructor', '__proto__'])
      expect(blameOf(status, code)).toBe(blame);
  });

  it('without a code a refusal is of the job', () => {
    for (const status of [200, 400, 404]) expect(blameOf(status, 'unspecified')).toBe('status');
  });

  it('but a status for the server, the pace or the credential goes first', () => {
    expect([500, 429, 401, 403].map((status) => blameOf(status, 'unspecified'))).toEqual([
      'outage',
      'throttled',
      'signature',
      'all',
    ]);
  });
});

describe('a known code of the gateway goes before the status, unless the status tells of an outage', () => {
  it.each<[string, Blame]>([
    ['APIGW.0301', 'signature'],
    ['APIG.0301', 'signature'],
    ['APIGW.0308', 'throttled'],
    ['APIG.0308', 'throttled'],
    ['IAM.0012', 'throttled'],
    ['IAM.0061', 'auth'],
  ])('%s: %s', (code, blame) => {
    for (const status of [200, 400, 404, 429, 403]) expect(blameOf(status, code)).toBe(blame);
  });

  it('a code is the gateway’s by its prefix', () => {
    expect(blameOf(400, 'APIGW.0102')).toBe('gateway');
    for (const code of ['NEW.APIGW.0101', 'XIAM.0101', 'APIGW0101'])
      expect(blameOf(400, code)).toBe('status');
  });

  it('an unknown path is a matter of the route, except at the status of an outage', () => {
    for (const code of ['APIGW.0101', 'APIG.0101']) {
      for (const status of [200, 400, 404]) expect(blameOf(status, code)).toBe('route');
      expect(blameOf(503, code)).toBe('outage');
    }
  });

  it('a refusal of the gateway reached no job, and is no verdict', () => {
    expect(verdictOfError(404, { code: 'APIGW.0101', message: 'words' }, 'keyed')).toEqual({
      kind: 'unanswered',
      served: 'no',
      reason: 'APIGW.0101: words',
    });
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
    expect(verdictOfError(400, error, 'keyed')).toEqual({
      kind: 'rejected',
      evidence: 'keyed',
      error,
      doubtful,
    });
  });

  it.each<[string, 'no' | 'maybe' | 'maybe yet']>([
    ['DLI.0999', 'maybe'],
    ['DLI.0019', 'maybe yet'],
    ['DRS.M01503', 'no'],
    ['APIGW.0308', 'no'],
  ])('%s will pass: no verdict, but the reason; served: %s', (code, served) => {
    expect(verdictOfError(400, { code, message }, 'keyed')).toEqual({
      kind: 'unanswered',
      served,
      reason: `${code}: words`,
    });
  });
});

describe('a refusal for want of a right is no verdict yet, and says whose it would be', () => {
  it.each<[number, string]>([
    [400, 'DLI.0015'],
    [403, 'DRS.M00261'],
    [403, 'APIGW.9999'],
  ])('at %i: %s', (status, code) => {
    const error = { code, message: 'words' };
    expect(verdictOfError(status, error, 'keyed')).toMatchObject({
      kind: 'unanswered',
      served: 'no',
      denied: { evidence: 'keyed', error },
    });
  });

  it('but IAM’s are of the user, and name no job; a code is IAM’s by its prefix', () => {
    for (const code of ['IAM.0061', 'IAM.9999']) expect(lacksRight(403, code)).toBe(false);
    expect(lacksRight(403, 'NEW.IAM.0061')).toBe(true);
  });
});

describe('what remains open', () => {
  it('after silence and a server error a request may be served yet, after an answer it is done', () => {
    expect([undefined, 408, 500, 200, 404].map(doubt)).toEqual([
      'maybe yet',
      'maybe yet',
      'maybe yet',
      'maybe',
      'maybe',
    ]);
  });

  it('only without a verdict may a request have been served all the same', () => {
    const open = { kind: 'unanswered', reason: 'words' } as const;
    expect(mayBeServed({ ...open, served: 'maybe' })).toBe(true);
    expect(mayBeServed({ ...open, served: 'no' })).toBe(false);
    expect(mayBeServed({ kind: 'delivered', evidence: 'keyed' })).toBe(false);
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

import { describe, expect, it } from 'vitest';
import type { Blame } from '../../shared/reply/error-codes.ts';
import {
  blameOf,
  type Closure,
  closureOf,
  isAuthRefusal,
  isBadSignature,
  isSaidOfAll,
  mayBeOneJobs,
  showsService,
  verdictOn,
} from '../../shared/reply/refusal.ts';
import { heldBack } from '../../shared/reply/reply.ts';

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
  ['DLI.0013', 401, 'signature'],
  ['DLI.0014', 401, 'signature'],
  ['DLI.0015', 400, 'auth'],
  ['DLI.0016', 400, 'auth'],
  ['DLI.0019', 400, 'late'],
  ['DLI.0999', 400, 'later'],
  ['DLI.10001', 400, 'later'],
  ['DLI.1028', 400, 'all'],
  ['DRS.M00004', 500, 'later'],
  ['DRS.M01501', 422, 'later'],
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
    [401, 'signature'],
    [403, 'all'],
    [408, 'later'],
    [429, 'throttled'],
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

  it('but a status that speaks for the server, the pace or the credential goes before it', () => {
    expect([500, 429, 401, 403].map((status) => blameOf(status, 'unspecified'))).toEqual([
      'later',
      'throttled',
      'signature',
      'all',
    ]);
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

  it.each<[string, 'no' | 'maybe' | 'maybe yet']>([
    ['DLI.0999', 'maybe'],
    ['DLI.0019', 'maybe yet'],
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

describe('a reply refuses everybody, or those who were asked for, or nobody', () => {
  const replied = (status: number, body: unknown) => ({
    kind: 'replied' as const,
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const code = (error_code: string) => ({ error_code, error_msg: 'words' });
  const failed = (id: string, error_code = 'DRS.M01503') => ({
    id,
    status: 'failed',
    ...code(error_code),
  });

  it.each<[string, number, unknown, Closure | undefined]>([
    ['a throttle of the gateway', 429, code('APIGW.0308'), 'throttled'],
    ['its other spelling', 429, code('APIG.0308'), 'throttled'],
    ['a throttle without a body', 429, '', 'throttled'],
    ['DRS’s throttle at 400', 400, code('DRS.M01503'), 'throttled'],
    ['IAM’s throttle', 429, code('IAM.0012'), 'throttled'],
    ['a bad signature', 401, code('APIGW.0301'), 'auth'],
    ['a role that is missing, at 400', 400, [code('DLI.0016')], 'auth'],
    ['a token of another project, at 403', 403, code('DRS.M00261'), 'auth'],
    ['IAM’s own shape', 401, { error: { code: 401, message: 'no', title: 'no' } }, 'auth'],
    ['a proxy’s page', 502, '<html>Bad Gateway</html>', 'outage'],
    ['a server in trouble at 400', 400, [code('DLI.0999')], 'outage'],
    ['a path that the gateway does not know', 404, code('APIGW.0101'), 'no-route'],
    ['its other spelling', 404, code('APIG.0101'), 'no-route'],
    ['another trouble of the gateway’s', 400, code('APIGW.0106'), 'outage'],
    ['rows that all say so', 400, [code('DLI.0016'), code('DLI.0014')], 'auth'],
    ['rows beside a throttle', 400, { ...code('DRS.M01503'), results: [{ id: 'a' }] }, undefined],
    ['rows of jobs beside a refusal', 401, { jobs: [{ id: 'a', status: 'success' }] }, undefined],
    ['no rows beside a throttle', 429, { ...code('APIGW.0308'), results: [] }, 'throttled'],
    ['a claim of success at a throttle’s status', 429, [{ is_success: 'true' }], undefined],
    ['a claim of failure at a throttle’s status', 429, [{ is_success: 'false' }], 'throttled'],
    ['a claim that is no text', 429, [{ is_success: { toString: 1 } }], 'throttled'],
    ['a claim that is true', 429, [{ is_success: true }], undefined],
    ['rows at odds', 400, [code('DLI.0016'), { is_success: 'true' }], undefined],
    ['a bad parameter', 400, [code('DLI.0001')], undefined],
    ['a job that is not there', 404, code('DLI.0023'), undefined],
    ['a quota', 400, code('DLI.1028'), undefined],
    ['a success', 200, [{ is_success: 'true' }], undefined],
    ['a page where a reply should be', 200, '<html>', 'unreadable'],
    ['none', 200, '', 'unreadable'],
    ['a redirect', 302, '', 'unreadable'],
    ['a redirect with rows', 307, [{ is_success: 'true' }], 'unreadable'],
    ['a page of a gateway’s', 404, '<html><h1>404 Not Found</h1></html>', 'unreadable'],
    ['a page that forbids', 403, '<html>', 'unreadable'],
    ['a proxy that wants a password', 407, code('DLI.0002'), 'unreadable'],
    ['a body that is too large for a proxy', 413, '<html>', 'unreadable'],
    ['a method that is not taken', 405, { message: 'no' }, 'unreadable'],
    ['somebody else’s JSON', 404, { message: 'no Route matched' }, 'unreadable'],
    ['somebody else’s words for success', 200, { status: 'ok' }, 'unreadable'],
    ['rows of somebody else’s', 200, [{ ok: true }], 'unreadable'],
    ['rows of which one is a service’s', 200, [{ ok: true }, { is_success: 'true' }], undefined],
    ['an empty list that forbids', 403, [], 'unreadable'],
    ['a right that is missing, in IAM’s shape', 403, { error: { code: 403 } }, 'auth'],
    ['IAM’s shape elsewhere', 404, { error: { code: 404 } }, 'unreadable'],
    ['a page in an outage', 503, '<html>', 'outage'],
    ['a page at 429', 429, '<html>', 'throttled'],
    ['a page at 401', 401, '<html>', 'auth'],
    ['a busy task among others', 202, { results: [code('DRS.M01504')] }, undefined],
    ['a throttle in every row', 400, { results: [failed('a'), failed('b')] }, 'throttled'],
    ['so too beside a status of success', 202, { jobs: [failed('a'), failed('b')] }, 'throttled'],
    ['rows that have no status', 202, { jobs: [{ ...code('DRS.M01503'), id: 'a' }] }, 'throttled'],
    ['under both names', 202, { jobs: [failed('a')], results: [failed('a')] }, 'throttled'],
    ['at odds under both', 202, { jobs: [failed('a')], results: [{ id: 'a' }] }, undefined],
    ['rows that fail at 429', 429, { results: [{ id: 'a', status: 'FAILED' }] }, 'throttled'],
    ['a throttle whole at 202', 202, code('DRS.M01503'), 'throttled'],
    ['a role that is missing, at 200', 200, [code('DLI.0016')], 'auth'],
    ['a server in trouble in every row', 202, { jobs: [failed('a', 'DRS.M01501')] }, 'outage'],
    [
      'a throttle beside a task that was started',
      202,
      { results: [failed('a'), { id: 'b', status: 'success' }] },
      undefined,
    ],
    [
      'a throttle and a trouble of one’s own',
      202,
      { results: [failed('a'), failed('b', 'DRS.M05003')] },
      undefined,
    ],
    [
      'tasks that failed long ago, as a look shows them',
      200,
      { results: [{ ...failed('a', 'DRS.M00004'), status: 'FULL_TRANSFER_FAILED' }] },
      undefined,
    ],
    ['an empty list at 429', 429, [], 'throttled'],
    ['an empty list at 401', 401, [], 'auth'],
    ['an empty list at 503', 503, [], 'outage'],
    ['an empty list beside success', 200, [], undefined],
  ])('%s (%i)', (_, status, body, closure) => {
    expect(closureOf(replied(status, body))).toBe(closure);
    // Some of them may be about a few of the jobs, and the others served: that is no reason to send them all again.
    const isAll = isSaidOfAll(replied(status, body));
    expect(isAuthRefusal(replied(status, body))).toBe(closure === 'auth' && isAll);
    if (closure !== undefined) expect(showsService(replied(status, body))).toBe(false);
  });

  it.each<[string, number, unknown, boolean]>([
    ['one error', 429, code('APIGW.0308'), true],
    ['no body', 429, '', true],
    ['an empty list', 429, [], true],
    ['an error in a list of one', 400, [code('DLI.0016')], true],
    ['an error beside an empty list', 429, { ...code('APIGW.0308'), results: [] }, true],
    ['an error for each of two', 400, [code('DLI.0016'), code('DLI.0016')], false],
    ['an error for a task by its id', 202, { jobs: [failed('a')] }, false],
    ['so too under the other name', 429, { results: [failed('a')] }, false],
  ])('%s (%i) is said of all jobs: %s', (_, status, body, isAll) => {
    expect(isSaidOfAll(replied(status, body))).toBe(isAll);
  });

  it('nor does anything else that is no answer show a service at work', () => {
    const throttleAndOutage = [code('DRS.M01503'), code('DLI.0999')];
    const both = replied(400, throttleAndOutage);
    expect([closureOf(both), showsService(both)]).toEqual([undefined, false]);
    expect(showsService(replied(200, '<html>'))).toBe(false);
    expect(showsService(replied(302, '{}'))).toBe(false);
    expect(showsService({ kind: 'silent', reason: 'timeout' })).toBe(false);
    expect(showsService(heldBack('no time left'))).toBe(false);
  });

  it.each<[string, number, unknown]>([
    ['a success', 200, [{ is_success: 'true' }]],
    ['a job that is not there', 400, [code('DLI.0002')]],
    ['a success beside a throttle', 202, { jobs: [failed('a'), { id: 'b', status: 'success' }] }],
    ['a task that is busy', 202, { jobs: [failed('a', 'DRS.M01504')] }],
    ['a quota', 400, code('DLI.1028')],
    ['a status that was asked for', 200, { results: [{ id: 'a', status: 'CONFIGURATION' }] }],
  ])('%s (%i) shows one', (_, status, body) => {
    expect(showsService(replied(status, body))).toBe(true);
  });

  it.each<[string, number, unknown, boolean]>([
    ['at 401', 401, code('APIGW.0301'), true],
    ['at 400', 400, code('APIGW.0301'), true],
    ['at 403, its other spelling', 403, code('APIG.0301'), true],
    ['DLI’s token, at 400', 400, [code('DLI.0014')], true],
    ['DLI’s authentication, at 403', 403, code('DLI.0013'), true],
    ['DRS’s token, at 403', 403, code('DRS.M00103'), true],
    ['beside a right that is missing', 400, [code('DLI.0016'), code('DLI.0014')], true],
    ['a code that is not known, at 401', 401, code('NEW.0001'), true],
    ['no code, at 401', 401, '', true],
    ['IAM’s own shape', 401, { error: { code: 401 } }, true],
    ['a user who is locked', 401, code('IAM.0061'), true],
    ['a right that is missing, at 403', 403, code('DRS.M00102'), false],
    ['or at 400', 400, [code('DLI.0016')], false],
    ['a job’s own trouble at 401', 401, code('DLI.0002'), false],
    ['the gateway’s code in an outage', 503, code('APIGW.0301'), false],
    ['a row of many that was served', 401, [code('DLI.0014'), { is_success: 'true' }], false],
    ['a success', 200, [], false],
  ])('a refusal of the credential itself: %s (%i): %j %s', (_, status, body, isBad) => {
    expect(isBadSignature(replied(status, body))).toBe(isBad);
  });

  it('silence refuses everybody, whether anything was sent or not', () => {
    expect(closureOf({ kind: 'silent', reason: 'timeout' })).toBe('outage');
    expect(closureOf({ kind: 'silent', reason: 'refused', unsent: true })).toBe('outage');
  });

  it('a request that was held back here tells nothing of the upstream', () => {
    expect(closureOf(heldBack('no time left'))).toBeUndefined();
  });
});

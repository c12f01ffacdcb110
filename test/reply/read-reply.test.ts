import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { heldBack, saysOf, type Unread } from '../../shared/reply/reply.ts';
import { isAuthRefusal } from '../../shared/reply/says.ts';
import type { Trouble } from '../../shared/reply/trouble.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

describe('a reply refuses all requests, or the jobs of this call, or nothing', () => {
  const code = (error_code: string) => ({ error_code, error_msg: 'words' });
  const failed = (id: string, error_code = 'DRS.M01503') => ({
    id,
    status: 'failed',
    ...code(error_code),
  });

  it.each<[string, number, unknown, Trouble | undefined]>([
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
  ])('%s (%i)', (_, status, body, trouble) => {
    expect(saysOf(replied(status, body)).trouble).toBe(trouble);
    // Some of them may be about a few of the jobs, and the others served: that is no reason to send them all again.
    const isAll = saysOf(replied(status, body)).isOfAll;
    expect(isAuthRefusal(saysOf(replied(status, body)))).toBe(trouble === 'auth' && isAll);
    if (trouble !== undefined) expect(saysOf(replied(status, body)).showsService).toBe(false);
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
    expect(saysOf(replied(status, body)).isOfAll).toBe(isAll);
  });

  it('without a row that a service has served, a reply does not show that it works', () => {
    const throttleAndOutage = [code('DRS.M01503'), code('DLI.0999')];
    const both = replied(400, throttleAndOutage);
    expect([saysOf(both).trouble, saysOf(both).showsService]).toEqual([undefined, false]);
    expect(saysOf(replied(200, '<html>')).showsService).toBe(false);
    expect(saysOf(replied(302, '{}')).showsService).toBe(false);
    expect(saysOf({ kind: 'silent', reason: 'timeout' }).showsService).toBe(false);
    expect(saysOf(heldBack('no time left')).showsService).toBe(false);
  });

  it.each<[string, number, unknown]>([
    ['a success', 200, [{ is_success: 'true' }]],
    ['a job that is not there', 400, [code('DLI.0002')]],
    ['a success beside a throttle', 202, { jobs: [failed('a'), { id: 'b', status: 'success' }] }],
    ['a task that is busy', 202, { jobs: [failed('a', 'DRS.M01504')] }],
    ['a quota', 400, code('DLI.1028')],
    ['a status that was asked for', 200, { results: [{ id: 'a', status: 'CONFIGURATION' }] }],
  ])('%s (%i) shows one', (_, status, body) => {
    expect(saysOf(replied(status, body)).showsService).toBe(true);
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
    expect(saysOf(replied(status, body)).isBadSignature).toBe(isBad);
  });

  it('silence, or no connection, is an outage', () => {
    expect(saysOf({ kind: 'silent', reason: 'timeout' }).trouble).toBe('outage');
    expect(saysOf({ kind: 'unsent', why: 'unreachable', reason: 'refused' }).trouble).toBe(
      'outage',
    );
  });

  it('a request that we held back tells nothing of the upstream', () => {
    expect(saysOf(heldBack('no time left')).trouble).toBeUndefined();
  });
});

describe('the code of a reply is read where its service puts it', () => {
  it.each<[string, unknown, Trouble | undefined]>([
    ['in IAM’s own shape', { error: { code: 'IAM.0012' } }, 'throttled'],
    ['there too beside an empty one', { error_code: '', error: { code: 'IAM.0012' } }, 'throttled'],
    ['or one that is no text', { error_code: 7, error: { code: 'IAM.0061' } }, 'auth'],
    ['but not in place of one', { error_code: 'DLI.0002', error: { code: 'IAM.0012' } }, undefined],
  ])('%s', (_, body, trouble) => {
    expect(saysOf(replied(400, body)).trouble).toBe(trouble);
  });

  it.each<[string, Trouble]>([
    ['DLI.0999', 'outage'],
    ['DLI.0019', 'outage'],
    ['DRS.M01503', 'throttled'],
    ['DLI.0016', 'auth'],
  ])('and where all rows say %s it goes before a status of success', (error_code, trouble) => {
    for (const status of [200, 202, 299])
      expect(saysOf(replied(status, [{ error_code }, { error_code }])).trouble).toBe(trouble);
  });
});

describe('a row that refuses all requests counts as such, unless it tells of a job', () => {
  const throttle = { error_code: 'APIGW.0308' };

  it.each<[string, unknown, Trouble | undefined]>([
    ['a success', [{ ...throttle, is_success: 'true' }], undefined],
    ['a success in capitals', [{ ...throttle, is_success: 'TRUE' }], undefined],
    ['a word that ends so', [{ ...throttle, is_success: 'untrue' }], 'throttled'],
    ['a word that begins so', [{ ...throttle, is_success: 'true enough' }], 'throttled'],
    ['a status in a list', { results: [{ ...throttle, status: 'STARTJOBING' }] }, undefined],
    ['an empty status in a list', { results: [{ ...throttle, status: '' }] }, 'throttled'],
    ['a failure in a list', { results: [{ ...throttle, status: 'Failed' }] }, 'throttled'],
    ['a status beside no list', { ...throttle, status: 'STARTJOBING' }, 'throttled'],
  ])('%s', (_, body, trouble) => {
    expect(saysOf(replied(400, body)).trouble).toBe(trouble);
  });

  it('a success shows that the service works at 299, and not at 300 to 399', () => {
    const rows = [{ is_success: 'true' }];
    const shown = [299, 300, 399, 400].map((status) => saysOf(replied(status, rows)).showsService);
    expect(shown).toEqual([true, false, false, true]);
  });
});

describe('what is not a reply is handed on as it is', () => {
  it.each<Unread>([
    { kind: 'silent', reason: 'timeout' },
    { kind: 'unsent', why: 'unreachable', reason: 'refused' },
    heldBack('no time left'),
    heldBack('the circuit breaker is open', 'no-route'),
  ])('%j', (unread) => {
    expect(readReply(unread)).toBe(unread);
  });
});

describe('a reply is read whole', () => {
  it('its body is JSON, or null, and its wait is kept', () => {
    const body = [{ is_success: 'true' }];
    expect(replied(200, body)).toMatchObject({ status: 200, body });
    expect(replied(502, '<html>')).toMatchObject({ status: 502, body: null });
    expect(saysOf(replied(429, '', { retryAfter: 7 })).retryAfter).toBe(7);
  });

  it('an id is taken from a string alone, since a number may have been rounded (P9)', () => {
    const id = '9223372036854775807';
    const { decode, look } = OPERATIONS['drs.start'];
    const jobs = intentOf({ operation: 'drs.start', jobs: [id] }).jobs.map(jobIdOf);
    const rows = (text: string) => replied(202, `{"results":[{"id":${text},"status":"success"}]}`);
    const kindOf = (text: string) => decode(jobs, rows(text)).verdicts.map(({ kind }) => kind);
    expect([kindOf(`"${id}"`), kindOf(id)]).toEqual([['delivered'], ['unanswered']]);
    expect([...look.decode(jobs, rows(`"${id}"`)).keys()]).toEqual([id]);
    expect(look.decode(jobs, rows(id)).size).toBe(0);
  });
});

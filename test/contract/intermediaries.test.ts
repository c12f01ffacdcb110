import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { saysOf } from '../../shared/reply/reply.ts';
import { plainJob } from '../support/fixtures.ts';
import { intentOf } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const PAGE = '<html>Welcome</html>';
const IAMS = { error: { code: 403, message: 'Action Forbidden', title: 'Forbidden' } };
const OTHERS = { message: 'no Route matched with those values' };

/** What came back in place of a service's reply, and whether a request may have been served that was answered so. */
const INTERMEDIARIES: readonly (readonly [number, unknown, 'no' | 'maybe' | 'maybe yet'])[] = [
  // Nothing was passed on: we follow no redirect, and these are given before anything is done.
  [301, '', 'no'],
  [302, PAGE, 'no'],
  [307, [{ is_success: 'true' }], 'no'],
  [403, PAGE, 'no'],
  [403, IAMS, 'no'],
  [403, [], 'no'],
  [404, PAGE, 'no'],
  [404, OTHERS, 'no'],
  [404, { timestamp: 1, status: 404, error: 'Not Found', path: '/' }, 'no'],
  [405, PAGE, 'no'],
  [407, PAGE, 'no'],
  [407, { error_code: 'DLI.0002' }, 'no'],
  [413, PAGE, 'no'],
  [414, PAGE, 'no'],
  [431, '', 'no'],
  // The credential and the pace are looked at first.
  [401, PAGE, 'no'],
  [401, { error: { code: 401 } }, 'no'],
  [429, PAGE, 'no'],
  // It may have come after the deed.
  [200, PAGE, 'maybe'],
  [200, '', 'maybe'],
  [204, '', 'maybe'],
  [200, OTHERS, 'maybe'],
  [200, 'null', 'maybe'],
  [202, [1, 2], 'maybe'],
  [400, PAGE, 'maybe'],
  [409, OTHERS, 'maybe'],
  [418, PAGE, 'maybe'],
  // Who gave up waiting may have passed it on.
  [408, PAGE, 'maybe yet'],
  [500, PAGE, 'maybe yet'],
  [502, PAGE, 'maybe yet'],
  [504, OTHERS, 'maybe yet'],
];

describe.each(operations)('$name: a reply of an intermediary is no verdict', ({ name, decode }) => {
  const jobs = ['131', '130'].map((id) => plainJob(name, id));
  const asked = intentOf({ operation: name, jobs }).jobs.map(jobIdOf);

  it.each(INTERMEDIARIES)('%i %j: served: %s', (status, body, served) => {
    const { verdicts, suspect } = decode(asked, replied(status, body));
    const reason = expect.stringMatching(`^${status}: not a reply of the service: .`);
    expect(verdicts).toEqual(asked.map(() => ({ kind: 'unanswered', served, reason })));
    expect(suspect).toBe(false);
  });

  it('the service’s own refusal at such a status is one', () => {
    for (const status of [400, 404, 413]) {
      const { verdicts } = decode(
        asked,
        replied(status, { error_code: 'DLI.0002', error_msg: 'words' }),
      );
      expect(verdicts.map(({ kind }) => kind)).toEqual(['rejected', 'rejected']);
    }
  });
});

describe('a refusal is about a route, and not about the others', () => {
  const code = (error_code: string) => ({ error_code, error_msg: 'words' });

  it.each<[number, unknown, boolean]>([
    [404, code('APIGW.0101'), true],
    [404, code('APIG.0101'), true],
    [404, PAGE, true],
    [405, PAGE, true],
    [404, OTHERS, true],
    [403, PAGE, false],
    [302, '', false],
    [200, PAGE, false],
    [502, PAGE, false],
    [503, code('APIGW.0101'), false],
    [404, code('APIGW.0102'), false],
    [404, code('DLI.0023'), false],
    [200, [], false],
  ])('%i %j: %s', (status, body, is) => {
    expect(replied(status, body).says.isOfRoute).toBe(is);
  });

  it('silence is about none', () => {
    expect(saysOf({ kind: 'silent', reason: 'timeout' }).isOfRoute).toBe(false);
  });
});

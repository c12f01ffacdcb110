import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { MISSING, UNASKED, UNTOLD } from '../../shared/operations/operation.ts';
import { byId, byPosition, silence } from '../../shared/reply/correlate.ts';
import type { Blame } from '../../shared/reply/error-codes.ts';
import {
  blameOf,
  type Closure,
  closureOf,
  showsService,
  verdictOn,
} from '../../shared/reply/refusal.ts';
import { heldBack } from '../../shared/reply/reply.ts';
import { replied } from '../support/replies.ts';

describe('a code that is known for the gateway’s goes before the status, as long as that tells of no outage', () => {
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

  it('and it is the gateway’s by how it begins', () => {
    expect(blameOf(400, 'APIGW.0102')).toBe('gateway');
    for (const code of ['NEW.APIGW.0101', 'XIAM.0101', 'APIGW0101'])
      expect(blameOf(400, code)).toBe('status');
  });

  it('a path that it does not know is a route, at any status but an outage’s', () => {
    for (const code of ['APIGW.0101', 'APIG.0101']) {
      for (const status of [200, 400, 404]) expect(blameOf(status, code)).toBe('route');
      expect(blameOf(503, code)).toBe('later');
    }
  });

  it('what the gateway refuses reached no job, and is no verdict', () => {
    expect(verdictOn(404, { code: 'APIGW.0101', message: 'words' }, 'keyed')).toEqual({
      kind: 'unanswered',
      served: 'no',
      reason: 'APIGW.0101: words',
    });
  });
});

describe('the code of a reply is where its service puts it', () => {
  it.each<[string, unknown, Closure | undefined]>([
    ['in IAM’s own shape', { error: { code: 'IAM.0012' } }, 'throttled'],
    ['there too beside an empty one', { error_code: '', error: { code: 'IAM.0012' } }, 'throttled'],
    ['or one that is no text', { error_code: 7, error: { code: 'IAM.0061' } }, 'auth'],
    ['but not in place of one', { error_code: 'DLI.0002', error: { code: 'IAM.0012' } }, undefined],
  ])('%s', (_, body, closure) => {
    expect(closureOf(replied(400, body))).toBe(closure);
  });

  it.each<[string, Closure]>([
    ['DLI.0999', 'outage'],
    ['DLI.0019', 'outage'],
    ['DRS.M01503', 'throttled'],
    ['DLI.0016', 'auth'],
  ])('and where all rows say %s it goes before a status of success', (error_code, closure) => {
    for (const status of [200, 202, 299])
      expect(closureOf(replied(status, [{ error_code }, { error_code }]))).toBe(closure);
  });
});

describe('a row that blames everybody counts as one, unless it tells of a job', () => {
  const throttle = { error_code: 'APIGW.0308' };

  it.each<[string, unknown, Closure | undefined]>([
    ['a success', [{ ...throttle, is_success: 'true' }], undefined],
    ['a success in capitals', [{ ...throttle, is_success: 'TRUE' }], undefined],
    ['a word that ends so', [{ ...throttle, is_success: 'untrue' }], 'throttled'],
    ['a word that begins so', [{ ...throttle, is_success: 'true enough' }], 'throttled'],
    ['a status in a list', { results: [{ ...throttle, status: 'STARTJOBING' }] }, undefined],
    ['an empty status in a list', { results: [{ ...throttle, status: '' }] }, 'throttled'],
    ['a failure in a list', { results: [{ ...throttle, status: 'Failed' }] }, 'throttled'],
    ['a status beside no list', { ...throttle, status: 'STARTJOBING' }, 'throttled'],
  ])('%s', (_, body, closure) => {
    expect(closureOf(replied(400, body))).toBe(closure);
  });

  it('and shows that the service is at work at 299, and not at 300 to 399', () => {
    const rows = [{ is_success: 'true' }];
    const shown = [299, 300, 399, 400].map((status) => showsService(replied(status, rows)));
    expect(shown).toEqual([true, false, false, true]);
  });
});

describe('a reply that is none', () => {
  it('was held back here: silence, with nothing sent', () => {
    expect(heldBack('no time left')).toEqual({
      kind: 'silent',
      unsent: true,
      held: true,
      reason: 'no time left',
    });
  });

  it('leaves open what was served only if something was sent', () => {
    const servedBy = (unsent: boolean) =>
      silence(1, { kind: 'silent', reason: 'why', unsent }).verdicts;
    expect(servedBy(true)).toEqual([{ kind: 'unanswered', served: 'no', reason: 'why' }]);
    expect(servedBy(false)).toEqual([{ kind: 'unanswered', served: 'maybe yet', reason: 'why' }]);
  });
});

describe('a row counts for what it can be', () => {
  it('a claim of success at 299, and not at 300', () => {
    const kindAt = (status: number) =>
      byPosition(1, status, [{ kind: 'success' }]).verdicts.map(({ kind }) => kind);
    expect([299, 300].flatMap(kindAt)).toEqual(['delivered', 'unanswered']);
  });

  it('rows that contradict each other name the job, and say nothing of it', () => {
    const error = { code: 'DRS.M00202', message: 'words' };
    expect(
      byId(['a'], 202, [
        ['a', { kind: 'success' }],
        ['a', { kind: 'error', error }],
      ]).verdicts,
    ).toEqual([
      { kind: 'unanswered', served: 'maybe', reason: 'status 202 and no verdict in the reply' },
    ]);
  });
});

describe('words in place of a status', () => {
  it('are told from each other, and from a status that was left empty', () => {
    expect(new Set([MISSING, UNTOLD, UNASKED, '']).size).toBe(4);
  });

  it.each([UNTOLD, UNASKED])(
    '%s says of no operation that it took effect, or had none, or may go (P4)',
    (status) => {
      for (const { effectOf, isThere, restart } of operations) {
        expect(effectOf({ status }, 0)).toBe('pending');
        expect(isThere(status)).toBe(false);
        expect(restart?.readyAt(status) ?? false).toBe(false);
      }
    },
  );
});

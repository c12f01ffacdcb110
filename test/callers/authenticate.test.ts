import { describe, expect, it } from 'vitest';
import { authenticate } from '../../shared/callers/authenticate.ts';
import { ABSENT, failed, type Proved, type Scheme } from '../../shared/callers/scheme.ts';
import { rawRequestWith } from '../support/raw-request.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const proved: Proved = { kind: 'proved', caller: { id: 'bot', grants: [] } };
const stranger: Proved = { kind: 'stranger', check: 'iam: no caller' };
const unavailable: Proved = { kind: 'unavailable', check: 'iam: timeout' };
const unfit: Proved = { kind: 'unfit', check: 'iam: 431' };
const throttled: Proved = { kind: 'throttled', check: 'iam: too many', retryAfterSeconds: 1 };

const outcomeOf = (...answers: readonly Proved[]) =>
  authenticate(
    answers.map(
      (answer): Scheme =>
        async () =>
          answer,
    ),
    rawRequestWith({}),
    NOW,
  );

describe('schemes are tried in turn', () => {
  it.each<[string, readonly Proved[], unknown]>([
    ['nothing sent', [ABSENT, ABSENT], { kind: 'refused', checks: [] }],
    [
      'a wrong credential',
      [failed('a'), ABSENT, failed('b')],
      { kind: 'refused', checks: ['a', 'b'] },
    ],
    ['a good one after a wrong one', [failed('a'), proved], proved],
    ['a good one after one that cannot be judged', [unavailable, proved], proved],
    ['a stranger', [failed('a'), stranger], { kind: 'stranger', checks: ['a', 'iam: no caller'] }],
    [
      'one that cannot be judged, beside a stranger',
      [stranger, unavailable],
      { kind: 'out of reach', checks: ['iam: no caller', 'iam: timeout'] },
    ],
    [
      'one that is not judged now, beside a wrong one',
      [failed('a'), throttled],
      { kind: 'throttled', checks: ['a', 'iam: too many'], retryAfterSeconds: 1 },
    ],
    [
      'one that cannot be judged as it was sent, beside a wrong one',
      [failed('a'), unfit],
      { kind: 'unfit', checks: ['a', 'iam: 431'] },
    ],
    ['a good one after one that is not judged now', [throttled, proved], proved],
  ])('%s', async (_, answers, outcome) => {
    expect(await outcomeOf(...answers)).toEqual(outcome);
  });

  it('and none after the first proof', async () => {
    const scheme: Scheme = () => {
      throw new Error('must not be asked');
    };
    expect(await authenticate([() => proved, scheme], rawRequestWith({}), NOW)).toEqual(proved);
  });
});

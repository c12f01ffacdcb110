import { describe, expect, it } from 'vitest';
import {
  isExcessive,
  shareOf,
  together,
  trialFrom,
  withReply,
} from '../../shared/upstream/trial.ts';

describe('two trials together', () => {
  const earlier = { since: 1, begun: 20, served: 8, refused: 6 };
  const later = { since: 9, begun: 6, served: 3, refused: 1 };

  it('began with the earlier one, and count what both count', () => {
    expect(together(earlier, later)).toEqual({ since: 1, begun: 26, served: 11, refused: 7 });
  });

  it('judge by all requests that began: what was too much of few is chance among many', () => {
    expect(isExcessive(earlier, 0.1, 2)).toBe(true);
    expect(isExcessive(together(earlier, { ...later, begun: 60, refused: 0 }), 0.1, 2)).toBe(false);
  });
});

it('a trial without a reply has refused no share', () => {
  expect(shareOf(trialFrom(5))).toBe(0);
  expect(shareOf(withReply(trialFrom(5), false))).toBe(1);
});

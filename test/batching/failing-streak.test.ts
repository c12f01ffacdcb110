import { expect, it } from 'vitest';
import { makeFailingStreak } from '../../shared/batching/failing-streak.ts';

it('a server is down after so many failures in a row, and is not while one of them is served', () => {
  const streak = makeFailingStreak(3);
  const after = (...outcomes: readonly ('served' | 'failed')[]) => {
    outcomes.forEach(streak.note);
    return streak.isDown();
  };
  expect([after(), after('failed', 'failed'), after('served'), after('failed', 'failed')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(after('failed')).toBe(true);
});

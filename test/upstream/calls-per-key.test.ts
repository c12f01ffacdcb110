import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type KeyHistory,
  mostWhileOpen,
  play,
  REFUSALS,
  SECOND,
  SHORT_HISTORY,
} from '../support/key-pair-room.ts';

/** Several processes, calls and looks; the pair is revoked in the middle, and renewed or not. */
const historyOf = (
  callsPerKey: KeyHistory['callsPerKey'],
  processes: number,
): fc.Arbitrary<KeyHistory> =>
  fc.record<KeyHistory>({
    projects: fc.integer({ min: 1, max: 4 }),
    revokedAt: fc.constantFrom(0, 5, 50, 110).map((seconds) => seconds * SECOND),
    renewedAt: fc.constantFrom(60, 151, 9_999).map((seconds) => seconds * SECOND),
    refusal: fc.constantFrom(...REFUSALS),
    latencies: fc.array(fc.constantFrom(0, 10, 200, 1_500, 19_000), { minLength: 1, maxLength: 5 }),
    hangs: fc.integer({ min: -1, max: 2 }),
    odd: fc.integer({ min: -4, max: 2 }),
    restMs: fc.constantFrom(700, 5_000, 20_000),
    isNew: fc.boolean(),
    callsEach: fc.integer({ min: 1, max: 4 }),
    callsPerKey: fc.constant(callsPerKey),
    processes: fc.constant(processes),
    looks: fc.boolean(),
  });

/** The most bad signatures of a pair within a minute, in histories drawn by a seed. */
const mostIn = async (histories: fc.Arbitrary<KeyHistory>, numRuns = 25): Promise<number> => {
  const drawn = fc.sample(histories, { numRuns, seed: 11 });
  let most = 0;
  for (const history of drawn)
    for (const times of (await play(history, SHORT_HISTORY)).values())
      most = Math.max(most, mostWhileOpen(times));
  return most;
};

describe('a number of calls per key is a hard bound, for calls and looks together', () => {
  it.each([
    [1, 4],
    [2, 2],
    [4, 1],
  ])('%i in each of %i processes: at most four bad signatures', async (callsPerKey, processes) => {
    expect(await mostIn(historyOf(callsPerKey, processes))).toBeLessThanOrEqual(4);
  });

  it('the model notices processes that may send more', async () => {
    expect(await mostIn(historyOf(4, 2), 20)).toBeGreaterThan(5);
  });
});

describe('auto', () => {
  it('a pair that was never good meets one bad signature of each process', async () => {
    const never = historyOf({ upTo: 8 }, 2).map((one) => ({ ...one, revokedAt: 0 }));
    expect(await mostIn(never)).toBeLessThanOrEqual(2);
  });

  it('one that is revoked in the middle meets as many as were under way: it may lock', async () => {
    const most = await mostIn(historyOf({ upTo: 8 }, 2));
    expect(most).toBeLessThanOrEqual(16);
    expect(most).toBeGreaterThan(5);
  });

  it('after that, one of each process whenever the breaker is half-open', async () => {
    const plain = historyOf({ upTo: 8 }, 2).map((one) => ({ ...one, odd: -1 }));
    const drawn = fc.sample(plain, { numRuns: 40, seed: 12 });
    for (const history of drawn)
      for (const times of (await play(history, SHORT_HISTORY)).values()) {
        const later = times.filter((at) => at > (times[0] ?? 0) + 60 * SECOND);
        expect(mostWhileOpen(later)).toBeLessThanOrEqual(2);
      }
  });
});

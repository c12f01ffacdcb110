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

describe('a pair of keys meets two bad signatures at most each time that its breaker is half-open, two processes at work', () => {
  const plain: KeyHistory = {
    projects: 4,
    revokedAt: 30 * SECOND,
    renewedAt: Number.POSITIVE_INFINITY,
    refusal: [401, { error_code: 'APIGW.0301' }],
    latencies: [0],
    hangs: -1,
    odd: -1,
    restMs: SECOND,
    isNew: false,
    callsEach: 2,
    callsPerKey: 1,
    processes: 2,
    looks: false,
  };

  const cases = REFUSALS.flatMap((refusal) =>
    [0, 1_500, 2_500, 5_000, 19_000].flatMap((latency) =>
      // Between them one project, few and many. The last law here draws any combination.
      [
        { refusal, latency, revokedAt: 0, counts: [1, 4] },
        { refusal, latency, revokedAt: 30 * SECOND, counts: [2, 8] },
      ],
    ),
  );
  it.each(cases)(
    '$refusal after $latency ms, good until $revokedAt, for $counts projects',
    async ({ refusal, latency, revokedAt, counts }) => {
      for (const projects of counts) {
        const one = { ...plain, projects, refusal, revokedAt, latencies: [latency] };
        const bad = await play(one, SHORT_HISTORY);
        const times = bad.get('old') ?? [];
        expect(mostWhileOpen(times)).toBeLessThanOrEqual(2);
        // It is tried again: a probe has to show when it is mended.
        expect(times.length).toBeGreaterThan(2);
      }
    },
  );

  it('whatever the history', async () => {
    const latency = fc.constantFrom(0, 10, 200, 1_500, 2_500, 5_000, 19_000);
    const history = fc.record<KeyHistory>({
      projects: fc.integer({ min: 1, max: 8 }),
      revokedAt: fc.constantFrom(0, 1, 5, 50, 150).map((seconds) => seconds * SECOND),
      renewedAt: fc.constantFrom(1, 60, 151, 400, 9_999).map((seconds) => seconds * SECOND),
      refusal: fc.constantFrom(...REFUSALS),
      latencies: fc.array(latency, { minLength: 1, maxLength: 9 }),
      hangs: fc.integer({ min: -1, max: 3 }),
      odd: fc.integer({ min: -4, max: 3 }),
      restMs: fc.constantFrom(700, 5_000, 20_000),
      isNew: fc.boolean(),
      callsEach: fc.integer({ min: 1, max: 3 }),
      callsPerKey: fc.constant(1),
      processes: fc.constant(2),
      looks: fc.constant(false),
    });
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        for (const times of (await play(one)).values())
          expect(mostWhileOpen(times)).toBeLessThanOrEqual(2);
      }),
      { numRuns: 100 },
    );
  });
});

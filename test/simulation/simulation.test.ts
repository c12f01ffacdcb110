import { describe, expect, it } from 'vitest';
import { FAULTS } from './climate.ts';
import { narrate } from './narrate.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** All faults occur in these; `npm run simulate` plays as many more as you have time for. */
const SEEDS = 500;

describe('the promises hold under every fault', () => {
  it(`in ${SEEDS} histories, in which every fault there is occurs`, {
    timeout: 600_000,
  }, async () => {
    const { broken, faults, histories } = await runSeeds({ from: 1, seeds: SEEDS });
    expect(broken, 'npm run simulate -- --seed N tells a history').toEqual({});
    expect(histories).toBe(SEEDS);
    expect(FAULTS.filter((fault) => !faults[fault])).toEqual([]);
  });
});

describe('a seed is a history', () => {
  it('the same to the last step, each time', async () => {
    for (const seed of [3, 40, 276]) {
      const [first, second] = [await simulate({ seed }), await simulate({ seed })];
      expect(narrate(second)).toEqual(narrate(first));
    }
  });
});

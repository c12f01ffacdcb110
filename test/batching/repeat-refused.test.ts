import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatRefused, type Taken } from '../../shared/batching/repeat-refused.ts';

/** A receiver that answers by a script for each item. Records what was sent, and the pauses. */
const sending = async (scripts: readonly (readonly Taken[])[]) => {
  const rounds: (readonly number[])[] = [];
  const pauses: number[] = [];
  const taken = await repeatRefused(
    scripts.map((_, i) => i),
    async (items) => {
      rounds.push(items);
      return items.map((i) => scripts[i]?.[rounds.length - 1] ?? 'again');
    },
    async (ms) => {
      pauses.push(ms);
    },
  );
  return { taken, rounds, pauses };
};

const answer = () => fc.constantFrom<Taken>('taken', 'again', 'never');

describe('only items that were refused for now are retried', () => {
  it('for any answers: true exactly for the items taken in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(answer(), { minLength: 4, maxLength: 4 }), { maxLength: 10 }),
        async (scripts) => {
          const { taken, rounds } = await sending(scripts);
          const ends = scripts.map((script) => script.find((said) => said !== 'again'));
          expect(taken).toEqual(ends.map((end) => end === 'taken'));
          for (const [round, items] of rounds.entries()) {
            const due = scripts.flatMap((script, i) =>
              script.slice(0, round).every((said) => said === 'again') ? [i] : [],
            );
            expect(items).toEqual(due);
          }
        },
      ),
    );
  });

  it('an empty list sends nothing', async () => {
    expect(await sending([])).toEqual({ taken: [], rounds: [], pauses: [] });
  });
});

describe('the number of tries is bounded', () => {
  it('four tries, with growing pauses', async () => {
    const { taken, rounds, pauses } = await sending([[]]);
    expect(taken).toEqual([false]);
    expect(rounds).toEqual([[0], [0], [0], [0]]);
    expect(pauses).toHaveLength(3);
    for (const [i, ms] of pauses.entries()) {
      expect(ms).toBeGreaterThanOrEqual(50 * 2 ** i);
      expect(ms).toBeLessThanOrEqual(100 * 2 ** i);
    }
  });

  it('a missing answer does not count as taken', async () => {
    const taken = await repeatRefused(
      ['a', 'b'],
      async () => ['taken'],
      async () => undefined,
    );
    expect(taken).toEqual([true, false]);
  });
});

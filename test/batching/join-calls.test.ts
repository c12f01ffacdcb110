import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCalls } from '../../shared/batching/join-calls.ts';

/** A turn of the event loop that ends when the test says so. */
const turns = () => {
  const due: (() => void)[] = [];
  return {
    endOfTurn: (then: () => void) => due.push(then),
    end: () => due.splice(0).map((f) => f()),
  };
};

describe('calls of one turn of the event loop are joined', () => {
  it('they cost one call, and each caller gets the answers to its own items', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.integer()), { maxLength: 8 }), async (calls) => {
        const seen: (readonly number[])[] = [];
        const { endOfTurn, end } = turns();
        const join = joinCalls(async (items: readonly number[]) => {
          seen.push(items);
          return items.map((item) => -item);
        }, endOfTurn);
        const answers = calls.map((items) => join(items));
        end();
        expect(await Promise.all(answers)).toEqual(calls.map((items) => items.map((i) => -i)));
        expect(seen).toEqual(calls.length === 0 ? [] : [calls.flat()]);
      }),
    );
  });

  it('the next turn makes a call of its own', async () => {
    const seen: (readonly string[])[] = [];
    const { endOfTurn, end } = turns();
    const join = joinCalls(async (items: readonly string[]) => {
      seen.push(items);
      return items;
    }, endOfTurn);
    const first = join(['a']);
    end();
    const second = join(['b']);
    end();
    expect([await first, await second]).toEqual([['a'], ['b']]);
    expect(seen).toEqual([['a'], ['b']]);
  });

  it('if the joined call fails, all its callers fail, and no later call does', async () => {
    let fails = true;
    const join = joinCalls(async (items: readonly string[]) => {
      if (fails) throw new Error('down');
      return items;
    });
    const both = await Promise.allSettled([join(['a']), join(['b'])]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await join(['c'])).toEqual(['c']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCalls } from '../../shared/batching/join-calls.ts';

/** Runs what is told to happen at the end of a turn when the test says that it ends. */
const turns = () => {
  const due: (() => void)[] = [];
  return {
    endOfTurn: (then: () => void) => due.push(then),
    end: () => due.splice(0).map((f) => f()),
  };
};

describe('calls of one turn are joined', () => {
  it('each caller gets the answers to its own items, and the others cost no call', async () => {
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

  it('a call that fails fails those who joined it, and nobody after', async () => {
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

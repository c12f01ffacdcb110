import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { fixedAllowance } from '../../shared/upstream/allowance.ts';
import { makeTurns } from '../../shared/upstream/turns.ts';
import { replied } from '../support/replies.ts';
import { mostAtOnce } from '../support/turns.ts';

const good = replied(200, '[]');
const silent: Reply = { kind: 'silent', reason: 'no answer' };

const begin = (slots = 1) => {
  const inTurn = makeTurns(fixedAllowance(slots));
  const begun: string[] = [];
  const go = (project: string, reply: Reply = good) =>
    inTurn(project, async () => {
      begun.push(project);
      await new Promise(setImmediate);
      return { reply };
    });
  return { inTurn, begun, go };
};

describe('projects take turns', () => {
  it('one request of each, in the order in which they came', async () => {
    const { begun, go } = begin();
    await Promise.all(['a', 'a', 'a', 'b', 'b', 'c'].map((project) => go(project)));
    expect(begun.join('')).toBe('abcaba');
  });

  it('one that was left without an answer comes after all others, until it has one', async () => {
    const { begun, go } = begin();
    await go('a', silent);
    await Promise.all(['c', 'a', 'a', 'b', 'b'].map((project) => go(project)));
    expect(begun.join('')).toBe('acbbaa');
    begun.length = 0;
    await Promise.all(['c', 'a', 'a', 'b', 'b'].map((project) => go(project)));
    expect(begun.join('')).toBe('cabab');
  });

  it('one that was held back here is as it was before', async () => {
    const { begun, go } = begin();
    await go('a', heldBack('no time'));
    await go('b', silent);
    await go('b', heldBack('no time'));
    begun.length = 0;
    await Promise.all(['c', 'b', 'a'].map((project) => go(project)));
    expect(begun.join('')).toBe('cab');
  });

  it('a look that was left without an answer puts the calls of its project last, too', async () => {
    const { inTurn, begun, go } = begin();
    await inTurn('a', async () => ({ reply: silent }), 'look');
    await Promise.all(['c', 'a', 'b'].map((project) => go(project)));
    expect(begun.join('')).toBe('cba');
  });

  it('one that fails leaves its slot to the next', async () => {
    const { inTurn, go } = begin();
    const failing = inTurn('a', () => Promise.reject(new Error('why')));
    const next = go('b');
    await expect(failing).rejects.toThrow('why');
    expect(await next).toEqual({ reply: good });
  });

  it('as many at once as there are slots', async () => {
    const { inTurn } = begin();
    const three = makeTurns(fixedAllowance(3));
    for (const [turns, most] of [[inTurn, 1] as const, [three, 3] as const])
      expect(await mostAtOnce(20, good, (run, i) => turns(`p${i % 7}`, run))).toBe(most);
  });
});

describe('looks and calls', () => {
  /** Holds requests until it is told to end them. */
  const beginHeld = (most: number) => {
    const inTurn = makeTurns(fixedAllowance(most));
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const go = (name: string, kind: 'call' | 'look') =>
      void inTurn(
        name,
        async () => {
          begun.push(name);
          const { promise, resolve } = Promise.withResolvers<void>();
          ends.push(resolve);
          await promise;
          return { reply: good };
        },
        kind,
      );
    const endOne = async () => {
      ends.shift()?.();
      await new Promise(setImmediate);
    };
    return { begun, go, endOne, underWay: () => ends.length };
  };
  const THOUSAND = Array.from({ length: 1_000 }, (_, i) => `look ${i}`);

  it('a call waits for no look, though a thousand wait: one turn is left to calls', async () => {
    const { begun, go, underWay } = beginHeld(2);
    for (const name of THOUSAND) go(name, 'look');
    await new Promise(setImmediate);
    expect(underWay()).toBe(1);
    go('call', 'call');
    await new Promise(setImmediate);
    expect(begun).toEqual(['look 0', 'call']);
  });

  it('a thousand calls hold up no look', async () => {
    const { begun, go, endOne } = beginHeld(2);
    for (const name of THOUSAND) go(name, 'call');
    go('a look', 'look');
    await new Promise(setImmediate);
    await endOne();
    expect(begun).toEqual(['look 0', 'look 1', 'a look']);
  });

  it('where one request is allowed, they take turns', async () => {
    const { begun, go, endOne } = beginHeld(1);
    for (const name of ['l1', 'l2', 'l3']) go(name, 'look');
    for (const name of ['c1', 'c2']) go(name, 'call');
    for (let n = 0; n < 5; n++) await endOne();
    expect(begun).toEqual(['l1', 'c1', 'l2', 'c2', 'l3']);
  });

  it('together are never more than the allowance', async () => {
    for (const most of [1, 2, 4]) {
      const turns = makeTurns(fixedAllowance(most));
      const peak = await mostAtOnce(40, good, (run, i) =>
        turns(`p${i % 3}`, run, i % 2 ? 'look' : 'call'),
      );
      expect(peak).toBe(most);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makeTurns } from '../../shared/upstream/turns.ts';
import { replied } from '../support/replies.ts';
import { mostAtOnce } from '../support/turns.ts';

const good = replied(200, '[]');
const silent: Reply = { kind: 'silent', reason: 'no answer' };

const begin = (slots = 1) => {
  const inTurn = makeTurns(slots);
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

  it('one that fails leaves its slot to the next', async () => {
    const { inTurn, go } = begin();
    const failing = inTurn('a', () => Promise.reject(new Error('why')));
    const next = go('b');
    await expect(failing).rejects.toThrow('why');
    expect(await next).toEqual({ reply: good });
  });

  it('as many at once as there are slots', async () => {
    const { inTurn } = begin();
    const three = makeTurns(3);
    for (const [turns, most] of [[inTurn, 1] as const, [three, 3] as const])
      expect(await mostAtOnce(20, good, (run, i) => turns(`p${i % 7}`, run))).toBe(most);
  });
});

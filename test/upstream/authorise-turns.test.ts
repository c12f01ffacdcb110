import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Exchanged } from '../../shared/upstream/exchange.ts';
import {
  isLogin,
  ok,
  pair,
  run,
  type Setup,
  secretOf,
  startAuthorised,
  user,
} from '../support/authorise-room.ts';
import { turnUntil } from '../support/deadlines.ts';

describe('so many requests are under way at once', () => {
  const most = async (setup: Setup, projects: readonly string[]) => {
    let underWay = 0;
    let peak = 0;
    const { go } = startAuthorised({
      ...setup,
      reply: async (outgoing) => {
        if (isLogin(outgoing)) return { ...ok, status: 201, subjectToken: 'token' };
        peak = Math.max(peak, ++underWay);
        await new Promise(setImmediate);
        underWay--;
        return ok;
      },
    });
    await Promise.all(projects.map((project) => go(run(project as ProjectId))));
    return peak;
  };
  const twenty = Array.from({ length: 20 }, (_, i) => `p${i}`);

  it('one for each pair of keys, whatever the project', async () => {
    expect(await most({}, twenty)).toBe(1);
    expect(await most({ callsPerKey: 3 }, twenty)).toBe(3);
  });

  it('but pairs do not wait for each other', async () => {
    const projects = { p0: pair('one'), p1: pair('two'), '*': pair('three') };
    expect(await most({ secret: JSON.stringify({ projects }) }, twenty)).toBe(3);
  });

  it('with the tokens of a user any number', async () => {
    expect(await most({ secret: secretOf(user('right')) }, twenty)).toBe(20);
  });

  describe('a project that hangs', () => {
    const SLOW = 'slow' as ProjectId;
    const hang = (secret: string) => {
      const silence = Promise.withResolvers<Exchanged>();
      const room = startAuthorised({
        secret,
        reply: (outgoing) => {
          if (isLogin(outgoing)) return { ...ok, status: 201, subjectToken: 'token' };
          return outgoing.url.includes('slow') ? silence.promise : ok;
        },
      });
      const end = () => silence.resolve({ kind: 'silent', reason: 'no answer' });
      return { ...room, end, paths: () => room.sent.map(({ url }) => url.split('/')[4]) };
    };

    it('holds up no request by the token of the same user', async () => {
      const { go, end } = hang(secretOf(user('right')));
      const slow = go(run(SLOW));
      expect(await go()).toEqual(readReply(ok));
      end();
      expect(await slow).toMatchObject({ kind: 'silent' });
    });

    it('holds up once those who sign by the same pair, served before or not, whatever it has to send', async () => {
      const { go, end, paths } = hang(secretOf(pair('one')));
      await go();
      const slow = [1, 2, 3].map(() => go(run(SLOW)));
      const others = ['p2', 'p3', 'p2', 'p2'].map((project) => go(run(project as ProjectId)));
      await new Promise(setImmediate);
      // What a signature is worth is not known before it is answered.
      expect(paths()).toEqual(['p1', 'slow']);
      end();
      expect(await Promise.all(others)).toEqual(Array(4).fill(readReply(ok)));
      await Promise.all(slow);
      expect(paths()).toEqual(['p1', 'slow', 'p2', 'p3', 'p2', 'p2', 'slow', 'slow']);
    });
  });

  it('whether there is time is asked when it is their turn', async () => {
    const gate = Promise.withResolvers<void>();
    const { go, sent, clock } = startAuthorised({ reply: () => gate.promise.then(() => ok) });
    const turn = turnUntil(clock.now);
    const both = [go(run(), turn), go(run(), turn)];
    await new Promise(setImmediate);
    clock.now++;
    gate.resolve();
    expect(await Promise.all(both)).toEqual([
      readReply(ok),
      expect.objectContaining({ kind: 'unsent' }),
    ]);
    expect(sent).toHaveLength(1);
  });
});

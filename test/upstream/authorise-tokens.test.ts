import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Exchanged, Outgoing } from '../../shared/upstream/exchange.ts';
import {
  HELD,
  isLogin,
  ok,
  pair,
  REFUSED_MS,
  refusal,
  run,
  secretOf,
  startAuthorised,
  together,
  user,
  whoOf,
} from '../support/authorise-room.ts';
import { ANY_TIME } from '../support/deadlines.ts';

describe('a user who serves other projects by a token that is kept', () => {
  it('is not refused for the one whose login is', async () => {
    const [P2, P3] = ['p2' as ProjectId, 'p3' as ProjectId];
    const { go, send, issue, clock } = startAuthorised({
      secret: secretOf(user('right')),
      reply: (outgoing) => {
        if (!isLogin(outgoing)) return ok;
        return outgoing.body?.includes('"p2"') ? refusal(401, 'IAM.0011') : issue();
      },
    });
    expect(await go(run(P3))).toEqual(readReply(ok));
    for (let n = 0; n < 3; n++) {
      clock.now += REFUSED_MS;
      expect(await send(run(P2), ANY_TIME)).toMatchObject({ sentBy: { isRefused: false } });
      // Its password is not tried for another one for a while; who has a token goes on.
      expect(await go(run('p4' as ProjectId))).toEqual(HELD);
      expect(await go(run(P3))).toEqual(readReply(ok));
    }
  });
});

describe('a refusal for want of rights', () => {
  const FORBIDDEN = refusal(403, 'DRS.M00102');

  it('stops no other request, and is handed on', async () => {
    const { go, sent, source } = startAuthorised({ reply: () => FORBIDDEN });
    expect(await together(3, go)).toEqual(Array(3).fill(readReply(FORBIDDEN)));
    expect(sent).toHaveLength(3);
    expect(source.reads).toBe(1);
  });

  it('is no more if the secret has another pair by now', async () => {
    const { go, source, clock } = startAuthorised({
      secret: secretOf(pair('old')),
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? refusal(400, 'DLI.0015') : ok),
    });
    await go(run());
    source.says = secretOf(pair('new'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('is not cured by a token that is as new as the one that met it', async () => {
    const setup = (outgoing: Outgoing) =>
      isLogin(outgoing) ? { ...ok, status: 201, subjectToken: 'token-of-the-user' } : FORBIDDEN;
    const { go, sent } = startAuthorised({ secret: secretOf(user('right')), reply: setup });
    await go();
    await go();
    expect(sent.filter(isLogin)).toHaveLength(1);
  });

  it.each([ok, refusal(400, 'DLI.0001'), refusal(429, 'APIGW.0308'), refusal(503, '')])(
    'any other reply is none, and nothing is repeated: %j',
    async (reply) => {
      const { go, sent } = startAuthorised({ reply: () => reply });
      expect(await go()).toEqual(readReply(reply));
      expect(sent).toHaveLength(1);
    },
  );
});

describe('a refused token', () => {
  it('is fetched anew, once, and the request sent again', async () => {
    const dead = new Set(['token-number-1']);
    let issued = 0;
    const issue = (): Exchanged => ({
      ...ok,
      status: 201,
      subjectToken: `token-number-${++issued}`,
    });
    const { go, who } = startAuthorised({
      secret: secretOf(user('right')),
      exchange: async (outgoing) => {
        if (isLogin(outgoing)) return issue();
        return dead.has(whoOf(outgoing)) ? refusal(401, 'DLI.0014') : ok;
      },
    });
    expect(await together(3, go)).toEqual(Array(3).fill(readReply(ok)));
    expect(who().filter((token) => token === '')).toHaveLength(2);
  });

  it('is handed on if the new one is refused too', async () => {
    const { go, sent } = startAuthorised({
      secret: secretOf(user('right')),
      reply: (outgoing) =>
        isLogin(outgoing)
          ? { ...ok, status: 201, subjectToken: 'token-of-the-user' }
          : refusal(401, 'APIGW.0301'),
    });
    expect(await go()).toMatchObject({ status: 401 });
    expect(sent).toHaveLength(4);
  });

  it('a password that IAM refuses is tried once, whatever the project', async () => {
    const { go, sent, source, clock } = startAuthorised({
      secret: secretOf(user('wrong')),
      reply: (outgoing) =>
        outgoing.body?.includes('wrong')
          ? { kind: 'replied', status: 401, body: '{"error":{"code":401}}' }
          : isLogin(outgoing)
            ? { ...ok, status: 201, subjectToken: 'token-of-the-user' }
            : ok,
    });
    const projects = Array.from({ length: 10 }, (_, i) => run(`p${i}` as ProjectId));
    const replies = await Promise.all(projects.map((request) => go(request)));
    expect(replies[0]).toMatchObject({ kind: 'replied', status: 401 });
    expect(replies.slice(1)).toEqual(Array(9).fill(HELD));
    expect(sent).toHaveLength(1);
    source.says = secretOf(user('right'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('IAM’s silence is handed on, as unsent', async () => {
    const { go, sent } = startAuthorised({
      secret: secretOf(user('right')),
      reply: () => ({ kind: 'silent', reason: 'no answer' }),
    });
    expect(await go()).toEqual({
      kind: 'unsent',
      why: 'unreachable',
      reason: 'no answer',
    });
    expect(sent).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import {
  badSignature,
  down,
  good,
  requestTo,
  startBreakers,
  to,
} from '../support/breakers-room.ts';
import { ANY_TIME } from '../support/deadlines.ts';
import { replied } from '../support/replies.ts';

describe('a refused credential stops all that use it, for a minute at least', () => {
  it('whatever the service and the project', async () => {
    const { world, invoke } = startBreakers();
    world.reply = badSignature;
    const { send, stateOf, waitSeconds } = await invoke(to(), to('q', 'drs'));
    await send(requestTo(), ANY_TIME);
    await send(requestTo('q', 'drs'), ANY_TIME);
    expect(world.sent).toHaveLength(1);
    expect([stateOf(to('q', 'drs')), waitSeconds(to('q', 'drs'))]).toEqual(['open', 60]);
    // So that the next who tries it is another's.
    expect(waitSeconds(to())).toBe(120);
  });

  it.each([
    [400, 'APIGW.0301'],
    [403, 'DRS.M00103'],
    [401, 'of a new kind'],
  ])('at whatever status it is told: %i %s', async (status, error_code) => {
    const { world, invoke } = startBreakers();
    world.reply = replied(status, { error_code });
    const { send, waitSeconds } = await invoke(to(), to('q'));
    await send(requestTo(), ANY_TIME);
    await send(requestTo('q'), ANY_TIME);
    expect(world.sent).toHaveLength(1);
    expect([waitSeconds(to()), waitSeconds(to('q'))]).toEqual([120, 60]);
  });

  it('but where it is not refused itself the trouble is the project’s', async () => {
    const { world, invoke } = startBreakers();
    world.reply = { ...badSignature, sentBy: { key: 'user', isRefused: false } };
    const { send, stateOf, waitSeconds } = await invoke(to(), to('q'));
    await send(requestTo(), ANY_TIME);
    expect([waitSeconds(to()), stateOf(to('q'))]).toEqual([60, 'closed']);
  });

  describe('a project in which it is refused again', () => {
    /** Invocations of both projects, each when it is worth to come back, in which `p` is refused. */
    const again = async (ofOther: Reply) => {
      const { world, invoke } = startBreakers();
      const pauses: number[] = [];
      const one = async (project: string, reply: Reply): Promise<void> => {
        world.reply = reply;
        const breakers = await invoke(to(project));
        await breakers.send(requestTo(project), ANY_TIME);
        pauses.push(breakers.waitSeconds(to(project)));
        await breakers.finish();
      };
      await one('p', badSignature);
      world.at += 60_000;
      await one('q', ofOther);
      world.at += 60_000;
      await one('p', badSignature);
      return { pauses, other: await invoke(to('q')) };
    };

    it('rests for long if another was served meanwhile; the others for a minute', async () => {
      const { pauses, other } = await again(good);
      expect([pauses, other.waitSeconds(to('q'))]).toEqual([[120, 0, 900], 60]);
    });

    it('but not if its breaker opened for another reason before', async () => {
      const { world, invoke } = startBreakers();
      world.reply = down;
      const first = await invoke(to('p'));
      for (let i = 0; i < 3; i++) await first.send(requestTo('p'), ANY_TIME);
      await first.finish();
      world.at += 60_000;
      world.reply = badSignature;
      const breakers = await invoke(to('p'));
      await breakers.send(requestTo('p'), ANY_TIME);
      expect(breakers.waitSeconds(to('p'))).toBe(120);
    });

    it('and no longer than the first time if none was', async () => {
      const { pauses } = await again(badSignature);
      expect(pauses).toEqual([120, 120, 120]);
    });
  });

  it('one that was renewed is no probe: the others do not wait for its predecessor', async () => {
    const { world, invoke } = startBreakers();
    world.reply = badSignature;
    await (await invoke(to('r'))).send(requestTo('r'), ANY_TIME);
    world.at += 60_000;
    const { send } = await invoke();
    world.reply = { ...good, sentBy: { key: 'renewed', isRefused: false } };
    await send(requestTo(), ANY_TIME);
    const { promise, resolve } = Promise.withResolvers<Reply>();
    world.reply = promise;
    world.sent.length = 0;
    const both = [send(requestTo(), ANY_TIME), send(requestTo(), ANY_TIME)];
    await new Promise(setImmediate);
    expect(world.sent).toHaveLength(2);
    resolve(good);
    await Promise.all(both);
  });

  it('it is the one that the request went out by, though another was there at first', async () => {
    const { world, invoke } = startBreakers();
    world.reply = { ...badSignature, sentBy: { key: 'renewed', isRefused: true } };
    await (await invoke()).send(requestTo(), ANY_TIME);
    const next = await invoke(to('q'));
    expect(next.stateOf(to('q'))).toBe('closed');
    world.identity = { kind: 'known', key: 'renewed' };
    expect((await invoke(to('q'))).stateOf(to('q'))).toBe('open');
  });

  it('and not those of another', async () => {
    const { world, invoke } = startBreakers();
    world.reply = badSignature;
    await (await invoke()).send(requestTo(), ANY_TIME);
    world.identity = { kind: 'known', key: 'a new pair' };
    expect((await invoke(to('q'))).stateOf(to('q'))).toBe('closed');
  });

  it('a right that is missing in one project stops that project alone', async () => {
    const { world, invoke } = startBreakers();
    world.reply = replied(403, { error_code: 'DRS.M00261' });
    const { send, stateOf, waitSeconds } = await invoke(to('p', 'drs'), to('q', 'drs'));
    await send(requestTo('p', 'drs'), ANY_TIME);
    // It may be one task's alone.
    expect(stateOf(to('p', 'drs'))).toBe('closed');
    for (let n = 0; n < 2; n++) await send(requestTo('p', 'drs'), ANY_TIME);
    expect(waitSeconds(to('p', 'drs'))).toBe(60);
    expect([stateOf(to('p', 'drs')), stateOf(to('q', 'drs'))]).toEqual(['open', 'closed']);
  });
});

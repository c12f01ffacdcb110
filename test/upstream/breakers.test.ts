import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import { down, good, requestTo, startBreakers, to } from '../support/breakers-room.ts';
import { ANY_TIME, TOO_LATE } from '../support/deadlines.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { replied } from '../support/replies.ts';

describe('where all requests are refused, none goes out while the breaker is open', () => {
  it('three refusals in a row stop an invocation', async () => {
    const { world, invoke } = startBreakers();
    world.reply = down;
    const { send, stateOf, waitSeconds } = await invoke();
    for (let n = 0; n < 5; n++) await send(requestTo(), ANY_TIME);
    expect(world.sent).toHaveLength(3);
    expect([stateOf(to()), waitSeconds(to())]).toEqual(['open', 5]);
  });

  it('one that is served in between begins the count anew', async () => {
    const { world, invoke } = startBreakers();
    const { send, stateOf } = await invoke();
    for (const reply of [down, down, good, down, down]) {
      world.reply = reply;
      await send(requestTo(), ANY_TIME);
    }
    expect([world.sent.length, stateOf(to())]).toEqual([5, 'closed']);
  });

  it('a throttle that outlasted all tries stops it at once, for as long as it asks', async () => {
    const { world, invoke } = startBreakers();
    world.reply = replied(429, '', { retryAfter: 90 });
    const { send, waitSeconds } = await invoke();
    await send(requestTo(), ANY_TIME);
    expect(await send(requestTo(), ANY_TIME)).toMatchObject({ kind: 'unsent', why: 'held' });
    expect([world.sent.length, waitSeconds(to())]).toEqual([1, 90]);
  });

  it('every other invocation knows, also one that begins later', async () => {
    const { world, invoke } = startBreakers();
    world.reply = down;
    const first = await invoke();
    await first.send(requestTo(), ANY_TIME);
    await first.finish();
    const second = await invoke();
    expect([second.stateOf(to()), second.waitSeconds(to())]).toEqual(['open', 5]);
    await second.send(requestTo(), ANY_TIME);
    expect(world.sent).toHaveLength(1);
  });

  it('what is in flight meanwhile does not count against those who come later', async () => {
    const { world, invoke } = startBreakers();
    const first = await invoke();
    const other = await invoke();
    world.reply = down;
    for (const breakers of [first, other]) {
      await breakers.send(requestTo(), ANY_TIME);
      await breakers.finish();
    }
    // The second one found the record written: it counts once.
    const { waitSeconds } = await invoke();
    expect(waitSeconds(to())).toBe(5);
  });

  it('another service, and another project, go on', async () => {
    const { world, invoke } = startBreakers();
    const { send, stateOf } = await invoke(to(), to('q'), to('p', 'drs'));
    world.reply = down;
    for (let n = 0; n < 3; n++) await send(requestTo(), ANY_TIME);
    expect([to(), to('q'), to('p', 'drs')].map(stateOf)).toEqual(['open', 'closed', 'closed']);
  });
});

describe('half-open, one request alone shows whether requests are served again', () => {
  const halfOpen = async () => {
    const { world, invoke } = startBreakers();
    world.reply = down;
    const breakers = await invoke();
    await breakers.send(requestTo(), ANY_TIME);
    await breakers.finish();
    world.at += 5_000;
    world.sent.length = 0;
    return { world, invoke };
  };

  it('by one request, that others wait for; when it is served they follow', async () => {
    const { world, invoke } = await halfOpen();
    const { promise, resolve } = Promise.withResolvers<Reply>();
    world.reply = promise;
    const { send } = await invoke();
    const sending = [1, 2, 3].map(() => send(requestTo(), ANY_TIME));
    await new Promise(setImmediate);
    expect(world.sent).toHaveLength(1);
    resolve(good);
    expect(await Promise.all(sending)).toEqual([good, good, good]);
    expect(world.sent).toHaveLength(3);
    expect((await invoke()).stateOf(to())).toBe('closed');
  });

  it('when three were refused, one after the other, none follows, and the next wait is twice as long', async () => {
    const { world, invoke } = await halfOpen();
    const { send, waitSeconds } = await invoke();
    await Promise.all([1, 2, 3, 4, 5].map(() => send(requestTo(), ANY_TIME)));
    expect([world.sent.length, waitSeconds(to())]).toEqual([3, 10]);
  });

  it('when it is throttled none follows', async () => {
    const { world, invoke } = await halfOpen();
    world.reply = replied(429, '');
    const { send, waitSeconds } = await invoke();
    await Promise.all([1, 2, 3].map(() => send(requestTo(), ANY_TIME)));
    expect([world.sent.length, waitSeconds(to())]).toEqual([1, 10]);
  });

  it('one job that always fails does not keep the others out: one that is served closes the breaker', async () => {
    const { world, invoke } = await halfOpen();
    for (let n = 0; n < 20; n++) {
      const alone = await invoke();
      world.reply = down;
      await alone.send(requestTo(), ANY_TIME);
      await alone.finish();
      expect(alone.waitSeconds(to())).toBeLessThanOrEqual(300);
      world.at += 300_000;
    }
    const { send, stateOf, finish } = await invoke();
    await send(requestTo(), ANY_TIME);
    world.reply = good;
    expect([await send(requestTo(), ANY_TIME), stateOf(to())]).toEqual([good, 'closed']);
    await finish();
    expect((await invoke()).stateOf(to())).toBe('closed');
  });

  it('a page of a proxy closes nothing, and counts as a refusal', async () => {
    const { world, invoke } = await halfOpen();
    const breakers = await invoke();
    for (const reply of [replied(302, ''), replied(200, '<html>')]) {
      world.reply = reply;
      await breakers.send(requestTo(), ANY_TIME);
    }
    await breakers.finish();
    expect(breakers.allRefused()).toMatch(/^200: not a reply of the service: <html>/);
    const [first, second] = [await invoke(), await invoke()];
    expect([first, second].map(({ stateOf }) => stateOf(to()))).toEqual(['open', 'open']);
  });

  it('of two invocations one alone', async () => {
    const { world, invoke } = await halfOpen();
    const both = await Promise.all([invoke(), invoke()]);
    expect(both.map(({ stateOf }) => stateOf(to())).toSorted()).toEqual(['closed', 'open']);
    await Promise.all(both.map(({ send }) => send(requestTo(), ANY_TIME)));
    expect(world.sent).toHaveLength(1);
    expect(Math.max(...both.map(({ waitSeconds }) => waitSeconds(to())))).toBeLessThanOrEqual(10);
  });

  it('one that had nothing to send leaves it to the next', async () => {
    const { invoke } = await halfOpen();
    await (await invoke()).finish();
    expect((await invoke()).stateOf(to())).toBe('closed');
  });

  it('one that died is followed by another', async () => {
    const { world, invoke } = await halfOpen();
    await invoke();
    expect((await invoke()).stateOf(to())).toBe('open');
    world.at += 30_000;
    expect((await invoke()).stateOf(to())).toBe('closed');
  });
});

describe('which requests are never sent', () => {
  it('those of a project without a credential', async () => {
    const { world, invoke } = startBreakers();
    world.identity = { kind: 'none' };
    const { lacksCredential, stateOf, waitSeconds, send } = await invoke();
    expect([lacksCredential(to()), stateOf(to()), waitSeconds(to())]).toEqual([true, 'open', 0]);
    expect(await send(requestTo(), ANY_TIME)).toMatchObject({ kind: 'unsent', why: 'held' });
    expect(world.sent).toEqual([]);
  });

  it.each<[string, () => ReturnType<typeof startBreakers>]>([
    [
      'the credentials are',
      () => {
        const room = startBreakers();
        room.world.identity = { kind: 'out of reach' };
        return room;
      },
    ],
    ['the ledger is', () => startBreakers({ ...memoryLedger(), read: async () => undefined })],
  ])('where %s out of reach all wait', async (_, make) => {
    const { world, invoke } = make();
    const { lacksCredential, stateOf, waitSeconds, send } = await invoke();
    expect([lacksCredential(to()), stateOf(to()), waitSeconds(to())]).toEqual([false, 'open', 15]);
    await send(requestTo(), ANY_TIME);
    expect(world.sent).toEqual([]);
  });
});

describe('an invocation in which all requests were refused', () => {
  it('is one with refusals and none served', async () => {
    const { world, invoke } = startBreakers();
    const breakers = await invoke();
    expect(breakers.allRefused()).toBeUndefined();
    world.reply = down;
    await breakers.send(requestTo(), ANY_TIME);
    expect(breakers.allRefused()).toBe('503: not a reply of the service: an empty body');
    world.reply = good;
    await breakers.send(requestTo(), ANY_TIME);
    expect(breakers.allRefused()).toBeUndefined();
  });

  it('is none where looks alone went out, and one of them was served', async () => {
    const { world, invoke } = startBreakers();
    const breakers = await invoke();
    world.reply = down;
    await breakers.send(requestTo('p', 'dli', 'look'), ANY_TIME);
    expect(breakers.allRefused()).toMatch(/^503/);
    world.reply = good;
    await breakers.send(requestTo('p', 'dli', 'look'), ANY_TIME);
    expect(breakers.allRefused()).toBeUndefined();
  });

  it('is one where a look was served and every call refused', async () => {
    const { world, invoke } = startBreakers();
    const breakers = await invoke();
    world.reply = good;
    await breakers.send(requestTo('p', 'dli', 'look'), ANY_TIME);
    world.reply = down;
    await breakers.send(requestTo(), ANY_TIME);
    expect(breakers.allRefused()).toMatch(/^503/);
  });

  it('is none where requests were held back here', async () => {
    const { invoke } = startBreakers();
    const breakers = await invoke();
    await breakers.send(requestTo(), TOO_LATE);
    await breakers.finish();
    expect(breakers.allRefused()).toBeUndefined();
    expect((await invoke()).stateOf(to())).toBe('closed');
  });
});

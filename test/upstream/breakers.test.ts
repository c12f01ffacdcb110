import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { isProjectId, type ProjectId, type Service } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import type { Route, Routed } from '../../shared/upstream/destination.ts';
import { hindrance, type Identity } from '../../shared/upstream/send.ts';
import { ANY_TIME, TOO_LATE } from '../support/deadlines.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { replied } from '../support/replies.ts';

const projectOf = (text: string): ProjectId => {
  if (!isProjectId(text)) throw new Error('no project id');
  return text;
};

const to = (
  project = 'p',
  service: Service = 'dli',
  route: Route = service === 'dli' ? 'dli.run' : 'drs.start',
) => ({ service, project: projectOf(project), route });

const requestTo = (...destination: Parameters<typeof to>): Routed => ({
  ...to(...destination),
  method: 'POST',
  path: '/jobs',
});

const good = replied(200, [{ is_success: 'true' }]);
const down = replied(503, '');
const badSignature = replied(401, { error_code: 'APIGW.0301' });

/** The world that invocations share: a clock, a ledger, and an upstream that says what it is told. */
const begin = (ledger: Ledger = memoryLedger()) => {
  const world = {
    at: 1_000_000,
    reply: good as Reply | Promise<Reply>,
    sent: [] as string[],
    identity: { kind: 'known', key: 'pair' } as Identity,
  };
  let versions = 0;
  const invoke = async (...destinations: readonly ReturnType<typeof to>[]) => {
    const now = () => world.at;
    const newVersion = () => `v${++versions}`;
    const { log, lines } = keptLog();
    const records = makeRecords(ledger, { newVersion, now, keepSeconds: 3_600, log });
    const breakers = makeBreakers(
      {
        records,
        log,
        now,
        identify: async () => world.identity,
        send: async ({ service, project }, turn) => {
          if (hindrance(turn, now()) !== undefined) return heldBack('no time left');
          world.sent.push(`${service}/${project}`);
          return world.reply;
        },
      },
      30_000,
    );
    await breakers.load(destinations.length === 0 ? [to()] : destinations);
    return { ...breakers, lines };
  };
  return { world, invoke };
};

describe('where all requests are refused, none goes out while the breaker is open', () => {
  it('three refusals in a row stop an invocation', async () => {
    const { world, invoke } = begin();
    world.reply = down;
    const { send, stateOf, waitSeconds } = await invoke();
    for (let n = 0; n < 5; n++) await send(requestTo(), ANY_TIME);
    expect(world.sent).toHaveLength(3);
    expect([stateOf(to()), waitSeconds(to())]).toEqual(['open', 5]);
  });

  it('one that is served in between begins the count anew', async () => {
    const { world, invoke } = begin();
    const { send, stateOf } = await invoke();
    for (const reply of [down, down, good, down, down]) {
      world.reply = reply;
      await send(requestTo(), ANY_TIME);
    }
    expect([world.sent.length, stateOf(to())]).toEqual([5, 'closed']);
  });

  it('a throttle that outlasted all tries stops it at once, for as long as it asks', async () => {
    const { world, invoke } = begin();
    world.reply = replied(429, '', { retryAfter: 90 });
    const { send, waitSeconds } = await invoke();
    await send(requestTo(), ANY_TIME);
    expect(await send(requestTo(), ANY_TIME)).toMatchObject({ kind: 'unsent', why: 'held' });
    expect([world.sent.length, waitSeconds(to())]).toEqual([1, 90]);
  });

  it('every other invocation knows, also one that begins later', async () => {
    const { world, invoke } = begin();
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
    const { world, invoke } = begin();
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
    const { world, invoke } = begin();
    const { send, stateOf } = await invoke(to(), to('q'), to('p', 'drs'));
    world.reply = down;
    for (let n = 0; n < 3; n++) await send(requestTo(), ANY_TIME);
    expect([to(), to('q'), to('p', 'drs')].map(stateOf)).toEqual(['open', 'closed', 'closed']);
  });
});

describe('half-open, one request alone shows whether requests are served again', () => {
  const halfOpen = async () => {
    const { world, invoke } = begin();
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
    expect(breakers.allRefused()).toMatch(/^200: no reply of the service: <html>/);
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

describe('a refused credential stops all that use it, for a minute at least', () => {
  it('whatever the service and the project', async () => {
    const { world, invoke } = begin();
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
    const { world, invoke } = begin();
    world.reply = replied(status, { error_code });
    const { send, waitSeconds } = await invoke(to(), to('q'));
    await send(requestTo(), ANY_TIME);
    await send(requestTo('q'), ANY_TIME);
    expect(world.sent).toHaveLength(1);
    expect([waitSeconds(to()), waitSeconds(to('q'))]).toEqual([120, 60]);
  });

  it('but where it is not refused itself the trouble is the project’s', async () => {
    const { world, invoke } = begin();
    world.reply = { ...badSignature, sentBy: { key: 'user', isRefused: false } };
    const { send, stateOf, waitSeconds } = await invoke(to(), to('q'));
    await send(requestTo(), ANY_TIME);
    expect([waitSeconds(to()), stateOf(to('q'))]).toEqual([60, 'closed']);
  });

  describe('a project in which it is refused again', () => {
    /** Invocations of both projects, each when it is worth to come back, in which `p` is refused. */
    const again = async (ofOther: Reply) => {
      const { world, invoke } = begin();
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
      const { world, invoke } = begin();
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
    const { world, invoke } = begin();
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
    const { world, invoke } = begin();
    world.reply = { ...badSignature, sentBy: { key: 'renewed', isRefused: true } };
    await (await invoke()).send(requestTo(), ANY_TIME);
    const next = await invoke(to('q'));
    expect(next.stateOf(to('q'))).toBe('closed');
    world.identity = { kind: 'known', key: 'renewed' };
    expect((await invoke(to('q'))).stateOf(to('q'))).toBe('open');
  });

  it('and not those of another', async () => {
    const { world, invoke } = begin();
    world.reply = badSignature;
    await (await invoke()).send(requestTo(), ANY_TIME);
    world.identity = { kind: 'known', key: 'a new pair' };
    expect((await invoke(to('q'))).stateOf(to('q'))).toBe('closed');
  });

  it('a right that is missing in one project stops that project alone', async () => {
    const { world, invoke } = begin();
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

describe('what is about a path opens the breaker of that route, and no other', () => {
  const noRoute = replied(404, { error_code: 'APIGW.0101', error_msg: 'words' });
  const page = replied(404, '<html>404 Not Found</html>');
  const run = to();
  const stop = to('p', 'dli', 'dli.stop');
  const look = to('p', 'dli', 'look');
  const toStop = requestTo('p', 'dli', 'dli.stop');

  it('at once where the gateway says that there is none', async () => {
    const { world, invoke } = begin();
    world.reply = noRoute;
    const { send, stateOf, waitSeconds, finish, lines } = await invoke(run, stop);
    await send(toStop, ANY_TIME);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'closed', 'closed']);
    expect([stop, run, look].map(waitSeconds)).toEqual([5, 0, 0]);
    expect(await send(toStop, ANY_TIME)).toEqual(
      heldBack('the circuit breaker is open', 'no-route'),
    );
    world.reply = good;
    expect(await send(requestTo(), ANY_TIME)).toEqual(good);
    await finish();
    expect(lines).toMatchObject([{ fields: { breaker: 'cool/dli/p/dli.stop', why: 'no-route' } }]);
    const next = await invoke(run, stop);
    expect([stop, run, look].map(next.stateOf)).toEqual(['open', 'closed', 'closed']);
    expect([next.lastRefusal(stop), next.lastRefusal(run)]).toEqual([
      '404: APIGW.0101: words',
      undefined,
    ]);
  });

  it('after three in a row where whoever answers is no gateway', async () => {
    const { world, invoke } = begin();
    world.reply = page;
    const { send, stateOf } = await invoke(run, stop);
    for (let n = 0; n < 5; n++) await send(toStop, ANY_TIME);
    expect(world.sent).toHaveLength(3);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'closed', 'closed']);
    expect(await send(toStop, ANY_TIME)).toEqual(heldBack('the circuit breaker is open'));
  });

  it('looks too have a route of their own', async () => {
    const { world, invoke } = begin();
    world.reply = noRoute;
    const { send, stateOf, lastRefusal } = await invoke(run);
    await send(requestTo('p', 'dli', 'look'), ANY_TIME);
    expect([run, look].map(stateOf)).toEqual(['closed', 'open']);
    expect([lastRefusal(run), lastRefusal(look)]).toEqual([undefined, '404: APIGW.0101: words']);
    const held = { kind: 'unsent', why: 'no-route' };
    expect(await send(requestTo('p', 'dli', 'look'), ANY_TIME)).toMatchObject(held);
  });

  it('half-open, one request is its probe, and the others of the project do not wait', async () => {
    const { world, invoke } = begin();
    world.reply = noRoute;
    const first = await invoke(run, stop);
    await first.send(toStop, ANY_TIME);
    await first.finish();
    world.at += 5_000;
    world.sent.length = 0;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    world.reply = promise;
    const { send } = await invoke(run, stop);
    const sending = [send(toStop, ANY_TIME), send(toStop, ANY_TIME), send(requestTo(), ANY_TIME)];
    await new Promise(setImmediate);
    expect(world.sent).toHaveLength(2);
    resolve(good);
    await Promise.all(sending);
    expect((await invoke(stop)).stateOf(stop)).toBe('closed');
  });

  it('while the project’s own breaker is open nothing goes by any route', async () => {
    const { world, invoke } = begin();
    world.reply = replied(200, '<html>');
    const { send, stateOf } = await invoke(run, stop);
    for (let n = 0; n < 3; n++) await send(toStop, ANY_TIME);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'open', 'open']);
    expect(await send(requestTo(), ANY_TIME)).toEqual(heldBack('the circuit breaker is open'));
  });

  it('what an earlier release wrote of the project counts for all its routes', async () => {
    const ledger = memoryLedger();
    const { world, invoke } = begin(ledger);
    const body = `{"v":1,"until":${world.at + 4_000},"step":2,"strikes":0,"probing":false}`;
    await ledger.write({ key: 'cool/dli/p', version: 'v', body, expiresAt: 0 }, undefined);
    const { stateOf, waitSeconds, lastRefusal } = await invoke(run, stop);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'open', 'open']);
    expect([waitSeconds(stop), lastRefusal(stop)]).toEqual([4, undefined]);
  });
});

describe('which requests are never sent', () => {
  it('those of a project without a credential', async () => {
    const { world, invoke } = begin();
    world.identity = { kind: 'none' };
    const { stateOf, waitSeconds, send } = await invoke();
    expect([stateOf(to()), waitSeconds(to())]).toEqual(['no-credential', 0]);
    expect(await send(requestTo(), ANY_TIME)).toMatchObject({ kind: 'unsent', why: 'held' });
    expect(world.sent).toEqual([]);
  });

  it.each<[string, () => ReturnType<typeof begin>]>([
    [
      'the credentials are',
      () => {
        const room = begin();
        room.world.identity = { kind: 'out of reach' };
        return room;
      },
    ],
    ['the ledger is', () => begin({ ...memoryLedger(), read: async () => undefined })],
  ])('where %s out of reach all wait', async (_, make) => {
    const { world, invoke } = make();
    const { stateOf, waitSeconds, send } = await invoke();
    expect([stateOf(to()), waitSeconds(to())]).toEqual(['open', 15]);
    await send(requestTo(), ANY_TIME);
    expect(world.sent).toEqual([]);
  });
});

describe('an invocation in which all requests were refused', () => {
  it('is one with refusals and none served', async () => {
    const { world, invoke } = begin();
    const breakers = await invoke();
    expect(breakers.allRefused()).toBeUndefined();
    world.reply = down;
    await breakers.send(requestTo(), ANY_TIME);
    expect(breakers.allRefused()).toBe('503: no reply of the service: an empty body');
    world.reply = good;
    await breakers.send(requestTo(), ANY_TIME);
    expect(breakers.allRefused()).toBeUndefined();
  });

  it('is none where requests were held back here', async () => {
    const { invoke } = begin();
    const breakers = await invoke();
    await breakers.send(requestTo(), TOO_LATE);
    await breakers.finish();
    expect(breakers.allRefused()).toBeUndefined();
    expect((await invoke()).stateOf(to())).toBe('closed');
  });
});

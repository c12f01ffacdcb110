import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { good, requestTo, startBreakers, to } from '../support/breakers-room.ts';
import { ANY_TIME } from '../support/deadlines.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { replied } from '../support/replies.ts';

describe('what is about a path opens the breaker of that route, and no other', () => {
  const noRoute = replied(404, { error_code: 'APIGW.0101', error_msg: 'words' });
  const page = replied(404, '<html>404 Not Found</html>');
  const run = to();
  const stop = to('p', 'dli', 'dli.stop');
  const look = to('p', 'dli', 'look');
  const toStop = requestTo('p', 'dli', 'dli.stop');

  it('at once where the gateway says that there is none', async () => {
    const { world, invoke } = startBreakers();
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

  it('after three in a row where no gateway answers', async () => {
    const { world, invoke } = startBreakers();
    world.reply = page;
    const { send, stateOf } = await invoke(run, stop);
    for (let n = 0; n < 5; n++) await send(toStop, ANY_TIME);
    expect(world.sent).toHaveLength(3);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'closed', 'closed']);
    expect(await send(toStop, ANY_TIME)).toEqual(heldBack('the circuit breaker is open'));
  });

  it('looks too have a route of their own', async () => {
    const { world, invoke } = startBreakers();
    world.reply = noRoute;
    const { send, stateOf, lastRefusal } = await invoke(run);
    await send(requestTo('p', 'dli', 'look'), ANY_TIME);
    expect([run, look].map(stateOf)).toEqual(['closed', 'open']);
    expect([lastRefusal(run), lastRefusal(look)]).toEqual([undefined, '404: APIGW.0101: words']);
    const held = { kind: 'unsent', why: 'no-route' };
    expect(await send(requestTo('p', 'dli', 'look'), ANY_TIME)).toMatchObject(held);
  });

  it('half-open, one request is its probe, and the others of the project do not wait', async () => {
    const { world, invoke } = startBreakers();
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
    const { world, invoke } = startBreakers();
    world.reply = replied(200, '<html>');
    const { send, stateOf } = await invoke(run, stop);
    for (let n = 0; n < 3; n++) await send(toStop, ANY_TIME);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'open', 'open']);
    expect(await send(requestTo(), ANY_TIME)).toEqual(heldBack('the circuit breaker is open'));
  });

  it('what an earlier release wrote of the project counts for all its routes', async () => {
    const ledger = memoryLedger();
    const { world, invoke } = startBreakers(ledger);
    const body = `{"v":1,"until":${world.at + 4_000},"step":2,"strikes":0,"probing":false}`;
    await ledger.write({ key: 'cool/dli/p', version: 'v', body, expiresAt: 0 }, undefined);
    const { stateOf, waitSeconds, lastRefusal } = await invoke(run, stop);
    expect([stop, run, look].map(stateOf)).toEqual(['open', 'open', 'open']);
    expect([waitSeconds(stop), lastRefusal(stop)]).toEqual([4, undefined]);
  });
});

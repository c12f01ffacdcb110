import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import {
  agree,
  message,
  outcomes,
  type SeenCall,
  startControlRoom,
} from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';
import { redeliver } from '../support/redelivery.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const SECOND = 1_000;
const SETTLE = 30 * SECOND;

const silence: Reply = { kind: 'silent', reason: 'timeout' };
/** As the vendor refuses a job for the state that it is in: a look may tell more. */
const wrongState = replied(200, [{ is_success: 'false', message: 'not in a state for that' }]);

/** A room whose replies and status the test sets. */
const begin = () => {
  const clock = { at: AT };
  const world = { status: 'job_init', reply: agree as (call: SeenCall) => Reply };
  const room = startControlRoom({
    now: () => clock.at,
    statusOf: () => world.status,
    reply: (call) => world.reply(call),
  });
  const sent = () => room.calls.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return { ...room, clock, world, sent };
};

const run = (receives = 1) => message('run', { age: 1 }, receives);
const stop = (receives = 1) => message('stop', { age: 2, operation: 'dli.stop' }, receives);

describe('a stop soon after a run that was answered, while the job may show as it was before that', () => {
  it('goes at once; its reply is lost: a job that stands still does not show that it was served', async () => {
    const { clock, world, sent, ...room } = begin();
    expect(await room.run([run()])).toEqual([]);
    clock.at += SECOND;
    world.reply = () => silence;
    expect(await room.run([stop()])).toEqual(['stop']);
    expect([sent(), room.looks.length]).toEqual([['run', 'stop'], 1]);
    world.reply = agree;
    // The run shows, two seconds late; the stop did nothing.
    clock.at += SECOND;
    world.status = 'job_running';
    clock.at += SETTLE - SECOND - 1;
    expect(await room.run([stop(2)])).toEqual(['stop']);
    expect(sent()).toEqual(['run', 'stop']);
    clock.at += 1;
    expect(await room.run([stop(3)])).toEqual([]);
    expect(sent()).toEqual(['run', 'stop', 'stop']);
    expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
  });

  it('it was served: that counts once the run would show', async () => {
    const { clock, world, sent, ...room } = begin();
    await room.run([run()]);
    clock.at += SECOND;
    world.reply = () => silence;
    await room.run([stop()]);
    world.status = 'job_canceling';
    clock.at += SETTLE - SECOND - 1;
    expect(await room.run([stop(2)])).toEqual(['stop']);
    clock.at += 1;
    expect(await room.run([stop(3)])).toEqual([]);
    expect(sent()).toEqual(['run', 'stop']);
    expect(room.results.at(-1)).toMatchObject({ outcome: 'delivered', evidence: 'observed' });
  });

  it('it is refused for the state of the job: it comes back when a look can tell which', async () => {
    const { clock, world, sent, ...room } = begin();
    await room.run([run()]);
    clock.at += SECOND;
    world.reply = () => wrongState;
    const begun = clock.at;
    const waits = await redeliver(room, clock, (receives) => {
      // The run shows, and with it the stop is taken.
      if (receives > 1) [world.status, world.reply] = ['job_running', agree];
      return stop(receives);
    });
    expect(waits).toEqual([(SETTLE - SECOND) / SECOND]);
    expect(clock.at - begun).toBe(SETTLE - SECOND);
    expect(sent()).toEqual(['run', 'stop', 'stop']);
    expect(room.results.at(-1)).toMatchObject({ outcome: 'delivered', evidence: 'positional' });
  });
});

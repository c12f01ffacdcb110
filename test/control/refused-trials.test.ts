import { describe, expect, it } from 'vitest';
import {
  agree,
  message,
  refusal,
  type SeenCall,
  startControlRoom,
} from '../support/control-room.ts';
import { replied } from '../support/replies.ts';

const THROTTLE = replied(429, refusal('APIGW.0308'), { retryAfter: 300 });

/** It comes often, and no record tells of it: so it is tried after the others. */
const suspect = (id: string, age: number) => message(id, { age, jobs: [id] }, 7);

const refuse = (bad: readonly string[]) => (call: SeenCall) =>
  call.jobs.some((job) => bad.includes(job)) ? THROTTLE : agree(call);

describe('if the upstream refuses every request of messages that are tried apart', () => {
  it('the invocation fails, and each message comes back', async () => {
    const room = startControlRoom({ reply: () => THROTTLE });
    expect(await room.run([suspect('1', 1), suspect('2', 2)])).toEqual(['1', '2']);
    expect([room.refusals(), [...room.postponed]]).toEqual([
      1,
      [
        ['1', 300],
        ['2', 300],
      ],
    ]);
    expect(room.failures).toEqual([expect.stringContaining('APIGW.0308')]);
  });

  it('it does not fail if others were served before', async () => {
    const reply = refuse(['1']);
    const room = startControlRoom({ reply });
    const batch = [message('2', { age: 2, jobs: ['2'], project_id: 'other' }), suspect('1', 1)];
    expect(await room.run(batch)).toEqual(['1']);
    expect(room.refusals()).toBe(0);
    expect(room.results).toMatchObject([{ job_id: '2', outcome: 'delivered' }]);
  });

  it('they are not taken for messages that a function dies of', async () => {
    let isDown = true;
    const room = startControlRoom({ reply: (call) => (isDown ? THROTTLE : agree(call)) });
    await room.run([suspect('1', 1)]);
    isDown = false;
    room.lines.length = 0;
    await room.run([message('1', { age: 1, jobs: ['1'] }, 8)]);
    expect(room.lines.map(({ event }) => event)).not.toContain('messages tried apart');
  });
});

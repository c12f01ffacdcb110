import { describe, expect, it } from 'vitest';
import type { Measured } from '../../shared/json/tally.ts';
import { trialCodec, trialKeyOf } from '../../shared/ledger/trial-record.ts';
import {
  agree,
  message,
  refusal,
  type SeenCall,
  startControlRoom,
} from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
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

describe('a trial begins only if the ledger has noted it for each of its messages', () => {
  it('if not, all come back untried, and the ledger tells of those that were noted that they live', async () => {
    const ledger = memoryLedger();
    const room = startControlRoom({
      ledger: {
        ...ledger,
        write: async (entry, seen) =>
          entry.key === 'trial/2' ? 'unknown' : ledger.write(entry, seen),
      },
    });
    expect(await room.run([suspect('1', 1), suspect('2', 2)])).toEqual(['1', '2']);
    expect(room.calls).toEqual([]);
    const trials = [...ledger.entries].filter(([key]) => key.startsWith('trial/'));
    expect(trials.map(([key, { body }]) => [key, JSON.parse(body)])).toEqual([
      ['trial/1', { v: 1, size: 2, receives: 7, ended: true }],
    ]);
  });

  it('and none is noted that another invocation has not noted since', async () => {
    const ledger = memoryLedger();
    const writes: string[] = [];
    const room = startControlRoom({
      ledger: {
        ...ledger,
        write: async (entry, seen) => {
          if (!entry.key.startsWith('trial/')) return ledger.write(entry, seen);
          writes.push(entry.key);
          return 'lost';
        },
      },
    });
    expect(await room.run([suspect('1', 1)])).toEqual(['1']);
    expect([room.calls, writes]).toEqual([[], ['trial/1']]);
  });
});

describe('a message that comes often', () => {
  const often = message('1', { jobs: ['1'] }, 3);
  const isApart = (lines: readonly { readonly event: string }[]) =>
    lines.some(({ event }) => event === 'messages tried apart');

  it('is no suspect, if an invocation has left a record of it', async () => {
    const room = startControlRoom({ reply: () => replied(400, [refusal('DRS.M01504')]) });
    expect(await room.run([message('1', { jobs: ['1'] })])).toEqual(['1']);
    await room.run([often]);
    expect(isApart(room.lines)).toBe(false);
  });

  it('is one, if there is none', async () => {
    const room = startControlRoom();
    await room.run([often]);
    expect(isApart(room.lines)).toBe(true);
  });

  it('is none while the ledger does not tell: no call is made then', async () => {
    const room = startControlRoom({ ledger: { ...memoryLedger(), read: async () => undefined } });
    expect(await room.run([often])).toEqual(['1']);
    expect([isApart(room.lines), room.calls]).toEqual([false, []]);
  });
});

describe('without time for a call', () => {
  /** Two that the function died with, so that each is tried alone. */
  const begin = async () => {
    const ledger = memoryLedger();
    for (const id of ['1', '2'])
      await ledger.write(
        {
          key: trialKeyOf(id),
          version: 'v',
          body: trialCodec.write({ size: 10, receives: 6, ended: false }),
          expiresAt: 9_999_999_999,
        },
        undefined,
      );
    return startControlRoom({ ledger, remainingMs: () => 24_999 });
  };
  const untried = (found: readonly Measured[]) =>
    found.flatMap(({ dimensions, values }) => (dimensions.reason === 'untried' ? values : []));

  it('an invocation with nothing else to do tries one group; the other comes back soon', async () => {
    const room = await begin();
    expect(await room.run([suspect('1', 1), suspect('2', 2)])).toEqual(['1', '2']);
    const tried = room.lines.filter(({ event }) => event === 'messages tried apart');
    expect(tried).toMatchObject([{ level: 'info', fields: { messages: 1 } }]);
    expect(untried(room.measured())).toEqual([1]);
    expect(room.postponed.get('2')).toBe(2);
  });

  it('one that has others to work on tries none', async () => {
    const room = await begin();
    const batch = [suspect('1', 1), suspect('2', 2), message('3', { age: 3, jobs: ['3'] })];
    expect((await room.run(batch)).toSorted()).toEqual(['1', '2', '3']);
    expect(room.lines.map(({ event }) => event)).not.toContain('messages tried apart');
    expect(untried(room.measured())).toEqual([2]);
  });
});

import { describe, expect, it } from 'vitest';
import { makeReadStatus } from '../../shared/accept/read-status.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { beginOnce, saidBy } from '../support/once-room.ts';

const DOWN: Ledger = { read: async () => undefined, write: async () => 'unknown' };

const statusIn = (ledger: Ledger) => {
  const options = { newVersion: () => 'v', now: () => 0, keepSeconds: 1, log: keptLog().log };
  return makeReadStatus(makeRecords(ledger, options));
};

/** The messages that the queue got, as the control loop receives them. */
const received = (messages: readonly object[]) =>
  messages.map((one, i) => message(`m${i}`, JSON.stringify({ ...one, first: 0, job_count: 1 })));

describe('a request that came twice while the ledger was down', () => {
  const accept = async () => {
    const { ask, messages } = beginOnce(DOWN);
    const ids = [
      saidBy(await ask({ replayKey: 'signature' })),
      saidBy(await ask({ replayKey: 'signature' })),
    ];
    expect(new Set(ids).size).toBe(2);
    return { ids, messages };
  };

  it.each([
    ['in one batch', 1],
    ['one after the other', 2],
  ])('is one intent, and found by both ids: %s', async (_, batches) => {
    const { ids, messages } = await accept();
    const ledger = memoryLedger();
    const room = startControlRoom({ ledger });
    const [first, ...more] = received(messages);
    if (first === undefined) throw new Error('nothing was queued');
    if (batches === 1) expect(await room.run([first, ...more])).toEqual([]);
    else for (const one of [first, ...more]) expect(await room.run([one])).toEqual([]);
    expect(room.calls).toHaveLength(1);
    expect(new Set(room.results.map(({ intent_id }) => intent_id))).toEqual(new Set([ids[0]]));
    const read = statusIn(ledger);
    for (const id of messages.map(({ intent_id }) => intent_id))
      expect(await read(id, 'bot')).toMatchObject({
        kind: 'told',
        status: { intent_id: ids[0], status: 'settled', jobs: [{ outcome: 'delivered' }] },
      });
  });

  it('is the same intent as one that came when it was up again', async () => {
    const { messages } = await accept();
    const up = beginOnce();
    await up.ask({ replayKey: 'signature' });
    const room = startControlRoom();
    await room.run(received([...messages, ...up.messages]));
    expect(room.calls).toHaveLength(1);
    expect(room.results).toHaveLength(1);
  });
});

describe('a request that was queued twice under one id, since its function died', () => {
  it('is carried out once, whether the loop has seen the first already or not', async () => {
    for (const batches of [1, 2]) {
      const { ask, clock, messages } = beginOnce();
      let effects = 0;
      void ask(
        { idempotencyKey: 'k' },
        { before: () => (++effects < 4 ? Promise.resolve() : new Promise(() => undefined)) },
      );
      await new Promise(setImmediate);
      clock.at += 10_000;
      await ask({ idempotencyKey: 'k' });
      expect(messages).toHaveLength(2);
      const room = startControlRoom();
      const all = received(messages);
      if (batches === 1) await room.run(all);
      else for (const one of all) await room.run([one]);
      expect(room.calls).toHaveLength(1);
      expect(new Set(room.results.map(({ result_id }) => result_id)).size).toBe(1);
    }
  });
});

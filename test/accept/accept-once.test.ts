import { describe, expect, it } from 'vitest';
import { LEASE_MS, REMEMBERED_MS } from '../../shared/accept/accept-once.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { beginOnce, saidBy } from '../support/once-room.ts';

const DOWN: Ledger = { read: async () => undefined, write: async () => 'unknown' };

const KEYED = { idempotencyKey: 'k' };
const REPLAYED = { replayKey: 'signature' };

/** Ends a function for good at its n-th effect. */
const dyingAt = (last: number) => {
  let effects = 0;
  return {
    before: (): Promise<void> =>
      ++effects < last ? Promise.resolve() : new Promise(() => undefined),
  };
};

describe('a request without a key', () => {
  it('is accepted each time, and the ledger is not asked', async () => {
    const { ask, messages } = beginOnce({
      read: () => Promise.reject(new Error('asked')),
      write: () => Promise.reject(new Error('asked')),
    });
    expect(saidBy(await ask({}))).not.toBe(saidBy(await ask({})));
    expect(messages).toHaveLength(2);
    expect(messages[0]).not.toHaveProperty('key');
  });
});

describe.each([
  ['a key of its caller’s', KEYED],
  ['a proof that is the same again', REPLAYED],
])('a request with %s', (_, by) => {
  it('is answered as before when it comes again, and queues nothing', async () => {
    const { ask, clock, messages } = beginOnce();
    const first = await ask(by);
    clock.at += REMEMBERED_MS - 1;
    expect(await ask(by)).toEqual(first);
    expect(messages).toHaveLength(1);
  });

  it('is judged by the clock of its first time', async () => {
    const { ask, clock, messages } = beginOnce();
    const fields = { expires_at: '2026-01-31T12:01:00Z' };
    const first = await ask({ ...by, fields });
    clock.at += 3_600_000;
    expect(await ask({ ...by, fields })).toEqual(first);
    expect(saidBy(await ask({ idempotencyKey: 'another', fields }))).toBe(400);
    expect(messages).toHaveLength(1);
  });

  it('is forgotten after 24 hours, though the table still has the item', async () => {
    const { ask, clock } = beginOnce();
    const first = saidBy(await ask(by));
    clock.at += REMEMBERED_MS;
    const second = saidBy(await ask(by));
    expect(second).toMatch(/^0189/);
    expect(second).not.toBe(first);
    expect(saidBy(await ask(by))).toBe(second);
  });

  it('is one of its caller alone', async () => {
    const { ask } = beginOnce();
    expect(saidBy(await ask(by))).not.toBe(saidBy(await ask({ ...by, caller: 'other' })));
  });

  it('is the same intent if the queue took part of it, or nothing', async () => {
    const takes = [false, true];
    const { ask, messages } = beginOnce(memoryLedger(), () => takes.shift() ?? true);
    const refused = await ask(by);
    expect(refused.kind).toBe('partly');
    const taken = await ask(by);
    expect(taken.kind === 'queued' && refused.kind === 'partly').toBe(true);
    expect(messages.map((one) => one.intent_id)).toEqual(
      refused.kind === 'partly' ? [refused.intent.intent_id] : [],
    );
  });

  it.each([
    ['before it was queued', 4, 1],
    ['between queueing and remembering', 5, 2],
  ])(
    'dies %s: its repeat after the lease is the same intent, as old as it was',
    async (__, last, queued) => {
      const { ask, clock, messages } = beginOnce();
      void ask(by, dyingAt(last - 1));
      await new Promise(setImmediate);
      clock.at += LEASE_MS;
      const again = await ask(by);
      expect(messages).toHaveLength(queued);
      expect(new Set(messages.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(saidBy(again)).toBe(messages[0]?.intent_id);
      expect(messages[0]?.accepted_at).toBe('2026-01-31T12:00:00.000Z');
    },
  );
});

describe('a key of the caller’s own', () => {
  it('is refused for another body, and that queues nothing', async () => {
    const { ask, messages } = beginOnce();
    await ask(KEYED);
    expect(await ask({ ...KEYED, body: 2 })).toMatchObject({
      kind: 'refused',
      problem: { type: 'idempotency-key-reused', status: 422 },
    });
    expect(messages).toHaveLength(1);
  });

  it('in progress is a conflict that says when to come back', async () => {
    const { ask, clock, messages } = beginOnce();
    void ask(KEYED, dyingAt(3));
    await new Promise(setImmediate);
    clock.at += LEASE_MS - 1;
    expect(await ask(KEYED)).toMatchObject({
      problem: { type: 'request-in-progress', status: 409, retryAfterSeconds: 1 },
    });
    expect(messages).toEqual([]);
  });

  it('is refused while the ledger is down, after what else is wrong', async () => {
    const { ask, messages } = beginOnce(DOWN);
    expect(await ask(KEYED)).toMatchObject({
      problem: { type: 'ledger-unavailable', status: 503 },
    });
    expect(saidBy(await ask({ ...KEYED, fields: { jobs: [] } }))).toBe(400);
    expect(messages).toEqual([]);
  });

  it('is refused if the ledger does not say whether it is written', async () => {
    const { ask, messages } = beginOnce({ ...memoryLedger(), write: async () => 'unknown' });
    expect(saidBy(await ask(KEYED))).toBe(503);
    expect(messages).toEqual([]);
  });

  it('that a later release wrote is left alone', async () => {
    const inner = memoryLedger();
    const { ask } = beginOnce({
      read: async (keys) =>
        new Map(keys.map((key) => [key, { key, version: '1', body: '{"v":2}' }])),
      write: inner.write,
    });
    expect(saidBy(await ask(KEYED))).toBe(503);
    expect(saidBy(await ask(REPLAYED))).toMatch(/^0189/);
  });
});

describe('a proof that is the same again', () => {
  it('in progress waits for the answer', async () => {
    const { ask, messages } = beginOnce();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const first = ask(REPLAYED, {
      before: async (effect) => (effect === 'queue' ? gate : undefined),
    });
    await new Promise(setImmediate);
    const second = ask(REPLAYED, {
      before: async (effect) => {
        if (effect === 'pause') go();
      },
    });
    expect(saidBy(await second)).toBe(saidBy(await first));
    expect(messages).toHaveLength(1);
  });

  it('goes on after two seconds as the same intent, if the first does not end', async () => {
    const { ask, clock, messages } = beginOnce();
    const first = ask(REPLAYED, dyingAt(4));
    await new Promise(setImmediate);
    const begun = clock.at;
    const second = await ask(REPLAYED);
    expect(clock.at - begun).toBeGreaterThan(1_000);
    expect(clock.at - begun).toBeLessThan(3_000);
    expect(messages.map(({ intent_id }) => intent_id)).toEqual([saidBy(second), saidBy(second)]);
    expect(first).toBeInstanceOf(Promise);
  });

  it('goes on while the ledger is down, with one key for each time', async () => {
    const { ask, messages } = beginOnce(DOWN);
    await ask(REPLAYED);
    await ask(REPLAYED);
    expect(messages.map(({ key }) => key)).toEqual([messages[0]?.key, messages[0]?.key]);
    expect(messages[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has the same key where the ledger was asked', async () => {
    const [up, down] = [beginOnce(), beginOnce(DOWN)];
    await Promise.all([up.ask(REPLAYED), down.ask(REPLAYED)]);
    expect(up.messages[0]?.key).toBe(down.messages[0]?.key);
  });

  it('with another body is another request', async () => {
    const { ask, messages } = beginOnce();
    await ask(REPLAYED);
    await ask({ ...REPLAYED, body: 2 });
    expect(new Set(messages.map(({ intent_id }) => intent_id)).size).toBe(2);
    expect(new Set(messages.map(({ key }) => key)).size).toBe(2);
  });

  it('counts less than a key of the caller’s own, if the two were different requests', async () => {
    const { ask, messages } = beginOnce();
    await ask(REPLAYED);
    const keyed = await ask({ replayKey: 'signed again', ...KEYED });
    expect(saidBy(await ask({ ...REPLAYED, ...KEYED }))).toBe(saidBy(keyed));
    expect(messages).toHaveLength(2);
  });

  it('is a repeat whatever key stands beside it, and so is a key with another proof', async () => {
    const { ask, messages } = beginOnce();
    const first = await ask({ ...REPLAYED, ...KEYED });
    expect(saidBy(await ask(REPLAYED))).toBe(saidBy(first));
    expect(saidBy(await ask({ ...REPLAYED, idempotencyKey: 'forged' }))).toBe(saidBy(first));
    expect(saidBy(await ask({ replayKey: 'signed again', ...KEYED }))).toBe(saidBy(first));
    expect(messages).toHaveLength(1);
  });
});

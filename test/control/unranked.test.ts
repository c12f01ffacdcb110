import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { outcomes, startControlRoom } from '../support/control-room.ts';
import { given, KEY, STOP } from '../support/given-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt } from '../support/messages.ts';

const first = (n: number): string => `n${String(n).padStart(20, '0')}`;

describe('a stop that is over, and whose new name the ledger does not take', () => {
  const begin = async () => {
    const memory = memoryLedger();
    let isDown = false;
    const ledger: Ledger = {
      ...memory,
      write: async (entry, seen) =>
        isDown && entry.key.startsWith('name/') ? 'unknown' : memory.write(entry, seen),
    };
    const room = startControlRoom({ ledger, limits: { maxReceives: 10 } });
    const stop = (id: string, age: number, receives = 1) =>
      given(id, { age, ...STOP, correlation_id: 'c' }, { key: KEY }, receives);
    expect(await room.run([stop('first', 1)])).toEqual([]);
    isDown = true;
    return { room, stop, memory, mend: () => (isDown = false) };
  };

  it('comes back, until a run can find the stop by that name', async () => {
    const { room, stop, memory, mend } = await begin();
    expect(await room.run([stop('again', 2)])).toEqual(['again']);
    mend();
    expect(await room.run([stop('again', 2, 2)])).toEqual([]);
    expect([...memory.entries.keys()].filter((key) => key.endsWith(idAt(2)))).toHaveLength(2);
    expect(room.calls).toHaveLength(1);
  });

  it.each([
    [7, ['again']],
    [8, []],
  ])('goes before the queue gives it up: at receive %i of 10', async (receives, staying) => {
    const { room, stop } = await begin();
    expect(await room.run([stop('again', 2, receives)])).toEqual(staying);
    expect(room.deadLettered).toEqual([]);
  });
});

describe('while the ledger does not tell which wish of a sender was the last', () => {
  /** A ledger that tells nothing of jobs the first time. */
  const begin = () => {
    const memory = memoryLedger();
    let isDown = true;
    const ledger: Ledger = {
      ...memory,
      read: async (keys) => {
        if (!isDown || !keys.some((key) => key.startsWith('job/'))) return memory.read(keys);
        isDown = false;
        return undefined;
      },
    };
    return startControlRoom({ ledger });
  };

  it('its wishes wait, and with them any other for the same job; the rest goes on', async () => {
    const room = begin();
    const batch = [
      given('numbered', { age: 1, jobs: ['1'] }, { sequence: first(1) }),
      given('same job', { age: 2, jobs: ['1'] }),
      given('other', { age: 3, jobs: ['2'] }),
    ];
    expect(await room.run(batch)).toEqual(['numbered', 'same job']);
    expect(outcomes(room.results)).toEqual(['2 delivered']);
    expect(await room.run(batch.slice(0, 2))).toEqual([]);
  });
});

describe('the first delivery of an event tells its deadline', () => {
  it('if that has none, a later one adds none', async () => {
    let isDown = true;
    const room = startControlRoom({
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
      remainingMs: () => (isDown ? 0 : 60_000),
    });
    expect(await room.run([given('a', { age: 1 }, { key: KEY })])).toEqual(['a']);
    isDown = false;
    const late = { age: 2, expires_at: '2026-01-31T11:59:30.000Z' };
    expect(await room.run([given('b', late, { key: KEY })])).toEqual(['b']);
    expect([room.calls.length, room.results]).toEqual([1, []]);
  });
});

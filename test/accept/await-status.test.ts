import { describe, expect, it } from 'vitest';
import { awaitStatus } from '../../shared/accept/await-status.ts';
import type { Progress, ReadStatus } from '../../shared/accept/read-status.ts';
import { idAt } from '../support/messages.ts';

const told = (status: Progress): ReadStatus => ({
  kind: 'told',
  status: { intent_id: idAt(1), status },
});

/** A clock that a pause moves, and a status that changes at a time. */
const begin = (at: (ms: number) => ReadStatus, readMs = 0) => {
  const clock = { now: 0, reads: 0 };
  const edges = {
    readStatus: async () => {
      clock.reads += 1;
      clock.now += readMs;
      return at(clock.now);
    },
    now: () => clock.now,
    pause: async (ms: number) => {
      clock.now += ms;
    },
  };
  return {
    clock,
    wait: (ms: number, remainingMs = () => 100_000) =>
      awaitStatus(edges, [idAt(1), 'bot'], ms, remainingMs),
  };
};

describe('a wait for the verdicts', () => {
  it('of no time reads once', async () => {
    const { wait, clock } = begin(() => told('queued'));
    expect(await wait(0)).toEqual(told('queued'));
    expect(clock).toEqual({ now: 0, reads: 1 });
  });

  it('ends soon after they are there', async () => {
    const { wait, clock } = begin((ms) => told(ms < 5_000 ? 'queued' : 'settled'));
    expect(await wait(20_000)).toEqual(told('settled'));
    expect(clock.now).toBeGreaterThanOrEqual(5_000);
    expect(clock.now).toBeLessThanOrEqual(6_000);
  });

  it('reads ever more seldom, and ends with what was read last when the time is over', async () => {
    const { wait, clock } = begin((ms) => told(ms < 10_000 ? 'queued' : 'in_progress'));
    expect(await wait(20_000)).toEqual(told('in_progress'));
    expect(clock.now).toBe(20_000);
    expect(clock.reads).toBeLessThan(30);
  });

  it('goes on while the ledger does not answer', async () => {
    const { wait } = begin((ms) => (ms < 3_000 ? { kind: 'unreachable' } : told('settled')));
    expect(await wait(20_000)).toEqual(told('settled'));
  });

  it('of another caller’s intent is none', async () => {
    const { wait, clock } = begin(() => ({ kind: 'not theirs' }));
    expect(await wait(20_000)).toEqual({ kind: 'not theirs' });
    expect(clock.now).toBe(0);
  });

  it('ends before the function does, also if that comes closer', async () => {
    const { wait, clock } = begin(() => told('queued'), 100);
    await wait(20_000, () => (clock.now < 4_000 ? 30_000 : 8_500) - clock.now);
    expect(clock.now).toBeLessThanOrEqual(5_500);
    expect(clock.now).toBeGreaterThan(3_500);
  });
});

import { describe, expect, test } from 'vitest';
import type { Outage } from '../../local/mapping/receive-messages.ts';
import { watchPolls } from '../../local/mapping/watch-polls.ts';

const begin = () => {
  const clock = { now: 0 };
  const state: { outage?: Outage } = {};
  const watch = watchPolls(
    20,
    () => state.outage,
    () => clock.now,
  );
  return { clock, state, watch };
};

describe('the heartbeat of polling', () => {
  test('a failure of five seconds is a hiccup, a longer one is told with its reason', () => {
    const { clock, state, watch } = begin();
    state.outage = { since: 1_000, reason: 'refused' };
    clock.now = 6_000;
    expect(watch.trouble(1)).toBeUndefined();
    clock.now = 13_000;
    expect(watch.trouble(1)).toBe('the queue cannot be polled for 12 s: refused');
    delete state.outage;
    expect(watch.trouble(1)).toBeUndefined();
  });

  test('a poll may take as long as it was asked to, and ten seconds more', () => {
    const { clock, watch } = begin();
    watch.began(true);
    clock.now = 30_000;
    expect(watch.trouble(1)).toBeUndefined();
    clock.now = 31_000;
    expect(watch.trouble(1)).toBe('no poll has ended for 31 s');
    watch.ended();
    expect(watch.trouble(1)).toBeUndefined();
  });

  test('others that begin meanwhile do not hide one that hangs; those that end do', () => {
    const { clock, watch } = begin();
    watch.began(true);
    clock.now = 29_000;
    watch.began(false);
    clock.now = 40_000;
    expect(watch.trouble(2)).toBe('no poll has ended for 40 s');
  });

  test('a function that has all it can take needs no poll, however long', () => {
    const { clock, watch } = begin();
    clock.now = 1_000_000;
    expect(watch.trouble(0)).toBeUndefined();
    watch.began(true);
    expect(watch.trouble(1)).toBeUndefined();
  });
});

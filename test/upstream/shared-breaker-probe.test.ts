import { describe, expect, it } from 'vitest';
import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import {
  AT,
  KEY,
  lasting,
  OUTAGE,
  opened,
  over,
  PROBE_MS,
  startBreaker,
  THROTTLE,
} from '../support/shared-breaker-room.ts';

describe('while it is open nothing is sent', () => {
  it('nor probed; it tells for how long', async () => {
    const { breaker, clock, writes } = await startBreaker(lasting);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([true, 5]);
    expect([await breaker.takeProbe(PROBE_MS), writes]).toEqual([false, []]);
    clock.now += 4_000;
    expect(breaker.waitSeconds()).toBe(1);
    // Its time is over meanwhile. The next invocation may probe it, and come at once.
    clock.now += 10_000;
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([true, 1]);
  });
});

describe('half-open, one invocation has the probe', () => {
  it('it is noted before anything is sent, once, and for so long', async () => {
    const { breaker, clock, stored, writes } = await startBreaker(over);
    expect([breaker.isOpen(), await breaker.takeProbe(PROBE_MS)]).toEqual([false, true]);
    expect(await stored()).toEqual({ ...over, until: AT + PROBE_MS, probing: true });
    clock.now += PROBE_MS;
    expect([await breaker.takeProbe(PROBE_MS), breaker.isOpen()]).toEqual([true, false]);
    expect(writes).toHaveLength(1);
  });

  it('of two that found it half-open, one alone; the other comes back soon', async () => {
    const { breaker, load } = await startBreaker(over);
    const other = await load();
    expect([await breaker.takeProbe(PROBE_MS), await other.takeProbe(PROBE_MS)]).toEqual([
      true,
      false,
    ]);
    expect([other.isOpen(), other.waitSeconds()]).toEqual([true, 3]);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([false, 0]);
  });

  it('its request is waited for while it is under way, however it ends', async () => {
    const { breaker } = await startBreaker(over);
    await breaker.takeProbe(PROBE_MS);
    expect(breaker.probeUnderWay()).toBeUndefined();
    const { promise, resolve } = Promise.withResolvers<string>();
    breaker.sending(promise);
    const ahead = breaker.probeUnderWay();
    resolve('a reply');
    expect(await ahead).toBe('a reply');
    expect(breaker.probeUnderWay()).toBeUndefined();
  });

  it('served: it is closed, for all invocations', async () => {
    const { breaker, load, stored, lines, writes } = await startBreaker({ ...over, step: 4 });
    await breaker.takeProbe(PROBE_MS);
    await breaker.success();
    await breaker.success();
    expect(await stored()).toEqual({ until: 0, step: 0, strikes: 0, probing: false });
    expect(lines).toEqual([
      { level: 'info', event: 'circuit breaker closed', fields: { breaker: KEY } },
    ]);
    await breaker.finish();
    expect(writes).toHaveLength(2);
    breaker.sending(Promise.resolve());
    expect(breaker.probeUnderWay()).toBeUndefined();
    expect((await load()).isOpen()).toBe(false);
  });

  it('refused: the next wait is longer, and a request that is served late does not shorten it', async () => {
    const { breaker, stored } = await startBreaker(over);
    await breaker.takeProbe(PROBE_MS);
    await breaker.failure({ trouble: 'throttled', isCertain: true });
    await breaker.success();
    await breaker.finish();
    expect(await stored()).toEqual({ ...opened, until: AT + 10_000, step: 2 });
  });

  it('refused after no invocation came for long: the wait is short, whatever it was', async () => {
    const { breaker, clock, stored } = await startBreaker({ ...over, step: 6, strikes: 2 });
    clock.now += 300_001;
    await breaker.takeProbe(PROBE_MS);
    expect(await stored()).toMatchObject({ step: 1, strikes: 0, probing: true });
    await breaker.failure(OUTAGE);
    await breaker.finish();
    expect(await stored()).toEqual({
      until: clock.now + 5_000,
      openedAt: clock.now,
      step: 1,
      strikes: 1,
      probing: false,
    });
  });

  it('nothing to send: it is left to the next, at once', async () => {
    const { breaker, clock, load, stored } = await startBreaker({ ...over, step: 3 });
    await breaker.takeProbe(PROBE_MS);
    clock.now += 10;
    await breaker.finish();
    expect(await stored()).toEqual({ ...over, until: AT + 10, step: 3 });
    expect(await (await load()).takeProbe(PROBE_MS)).toBe(true);
  });
});

describe('what the ledger did not say was written counts as not written', () => {
  const silentOnce = (): Ledger & { isSilent: boolean } => {
    const memory = memoryLedger();
    const ledger: Ledger & { isSilent: boolean } = {
      isSilent: false,
      read: memory.read,
      write: async (entry, seen) => (ledger.isSilent ? 'unknown' : memory.write(entry, seen)),
    };
    return ledger;
  };

  it('no probe is taken on the strength of it', async () => {
    const ledger = silentOnce();
    const { breaker } = await startBreaker(over, ledger);
    ledger.isSilent = true;
    expect([await breaker.takeProbe(PROBE_MS), breaker.isOpen()]).toEqual([false, true]);
  });

  it('the next write goes by what was there before', async () => {
    const ledger = silentOnce();
    const { breaker, stored, writes } = await startBreaker(over, ledger);
    await breaker.takeProbe(PROBE_MS);
    ledger.isSilent = true;
    await breaker.success();
    ledger.isSilent = false;
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...opened, until: AT + 7_500 });
    expect(writes).toHaveLength(3);
  });
});

describe('what a later release wrote of a breaker counts as nothing', () => {
  const theirs: Entry = { key: KEY, version: 'theirs', body: '{"v":2,"all":"new"}' };
  const seed = async (ledger: Ledger) => ledger.write({ ...theirs, expiresAt: 0 }, undefined);

  it('it is closed, and the first refusal here is put in its place', async () => {
    const ledger = memoryLedger();
    await seed(ledger);
    const { breaker, stored } = await startBreaker(undefined, ledger);
    expect([breaker.isOpen(), await breaker.takeProbe(PROBE_MS), await stored()]).toEqual([
      false,
      true,
      undefined,
    ]);
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...opened, until: AT + 7_500 });
  });

  it('also where it was written since', async () => {
    const ledger = memoryLedger();
    const { breaker, stored } = await startBreaker(undefined, ledger);
    await seed(ledger);
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...opened, until: AT + 7_500 });
  });
});

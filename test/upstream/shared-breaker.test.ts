import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { RefusalOfAll } from '../../shared/upstream/circuit-breaker.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import {
  AT,
  KEY,
  OUTAGE,
  opened,
  over,
  PROBE_MS,
  startBreaker,
  THROTTLE,
} from '../support/shared-breaker-room.ts';

describe('a breaker is closed where no request was refused', () => {
  it('and there is no probe, nothing to wait for, and nothing to write', async () => {
    const { breaker, writes, lines } = await startBreaker();
    expect(await breaker.takeProbe(PROBE_MS)).toBe(true);
    breaker.sending(Promise.resolve());
    expect(breaker.probeUnderWay()).toBeUndefined();
    await breaker.success();
    await breaker.finish();
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([false, 0]);
    expect([writes, lines]).toEqual([[], []]);
  });
});

describe('refusals open it', () => {
  it('three in a row that may each be one job’s own', async () => {
    const { breaker, stored, lines } = await startBreaker();
    await breaker.failure(OUTAGE);
    await breaker.failure(OUTAGE);
    expect([breaker.isOpen(), await stored(), lines]).toEqual([false, undefined, []]);
    await breaker.failure(OUTAGE);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([true, 5]);
    expect(await stored()).toEqual(opened);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'circuit breaker open',
        fields: {
          breaker: KEY,
          why: 'outage',
          seconds: 5,
          advice: 'check whether the service is up, and the endpoint in the settings',
        },
      },
    ]);
  });

  it('or one that is certain, for as long as it asks', async () => {
    const { breaker, stored, lines } = await startBreaker();
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([true, 8]);
    expect(await stored()).toMatchObject({ until: AT + 7_500 });
    expect(lines).toMatchObject([{ fields: { why: 'throttled', seconds: 8 } }]);
  });

  it('once: what is still in flight then adds nothing, be it refused or served', async () => {
    const { breaker, stored, writes, lines } = await startBreaker();
    for (const refusal of [THROTTLE, OUTAGE, THROTTLE]) await breaker.failure(refusal);
    await breaker.finish();
    await breaker.success();
    await breaker.finish();
    expect([breaker.isOpen(), writes.length, lines.length]).toEqual([true, 1, 1]);
    expect(await stored()).toMatchObject({ step: 1 });
  });

  it('a request that is served begins the count anew', async () => {
    const { breaker, writes } = await startBreaker();
    for (let n = 0; n < 2; n++) {
      await breaker.failure(OUTAGE);
      await breaker.failure(OUTAGE);
      await breaker.success();
    }
    await breaker.finish();
    expect([breaker.isOpen(), writes]).toEqual([false, []]);
  });

  it('one at the end of an invocation opens it for the next, for the shortest time', async () => {
    const { breaker, load, stored, lines } = await startBreaker(over);
    await breaker.takeProbe(PROBE_MS);
    await breaker.failure(OUTAGE);
    await breaker.finish();
    expect(await stored()).toEqual({ ...opened, strikes: 1 });
    expect(lines).toMatchObject([{ level: 'warn', event: 'circuit breaker open' }]);
    expect((await load()).isOpen()).toBe(true);
  });
});

describe('an open breaker says why', () => {
  const reason = '404 text/html: not a reply of the service: <html>';

  it('in the log, with what to check, and in its record', async () => {
    const { breaker, load, lines } = await startBreaker();
    expect([breaker.lastRefusal(), breaker.lacksRoute()]).toEqual([undefined, false]);
    await breaker.failure({ trouble: 'no-route', isCertain: true, reason });
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'circuit breaker open',
        fields: {
          breaker: KEY,
          why: 'no-route',
          seconds: 5,
          reason,
          advice: expect.stringMatching(/^check whether this endpoint offers the route/),
        },
      },
    ]);
    for (const one of [breaker, await load()])
      expect([one.lastRefusal(), one.lacksRoute()]).toEqual([reason, true]);
  });

  it('as the last refusal had it, as long as no request is served', async () => {
    const { breaker } = await startBreaker({ ...over, reason: 'before' });
    expect(breaker.lastRefusal()).toBe('before');
    await breaker.takeProbe(PROBE_MS);
    await breaker.failure({ ...OUTAGE, reason });
    expect([breaker.lastRefusal(), breaker.lacksRoute()]).toEqual([reason, false]);
    await breaker.success();
    expect(breaker.lastRefusal()).toBeUndefined();
  });
});

describe('a strange reply beside good ones', () => {
  const STRANGE: RefusalOfAll = { trouble: 'unreadable', isCertain: false };

  it('opens nothing at the end of an invocation', async () => {
    const { breaker, writes } = await startBreaker();
    await breaker.success();
    await breaker.failure(STRANGE);
    await breaker.failure(STRANGE);
    await breaker.finish();
    expect([breaker.isOpen(), writes]).toEqual([false, []]);
  });

  it('three in a row do', async () => {
    const { breaker } = await startBreaker();
    await breaker.success();
    for (let n = 0; n < 3; n++) await breaker.failure(STRANGE);
    expect(breaker.isOpen()).toBe(true);
  });

  it('and one alone, or one that is no page', async () => {
    const alone = await startBreaker();
    await alone.breaker.failure(STRANGE);
    await alone.breaker.finish();
    expect(alone.breaker.isOpen()).toBe(true);
    const other = await startBreaker();
    await other.breaker.success();
    await other.breaker.failure(OUTAGE);
    await other.breaker.finish();
    expect(other.breaker.isOpen()).toBe(true);
  });
});

describe('of several invocations that open it at once the longest wait stands', () => {
  const CREDENTIAL: RefusalOfAll = { trouble: 'auth', isCertain: true };

  it.each<[string, RefusalOfAll, RefusalOfAll, number, number]>([
    ['the first is the longer', CREDENTIAL, THROTTLE, 60_000, 2],
    ['the second is', THROTTLE, CREDENTIAL, 60_000, 3],
    ['they are alike', THROTTLE, THROTTLE, 7_500, 2],
  ])('%s', async (_, first, second, ms, tries) => {
    const { breaker, load, stored, writes } = await startBreaker();
    const other = await load();
    await breaker.failure(first);
    await other.failure(second);
    expect(await stored()).toMatchObject({ ...opened, until: AT + ms });
    expect(writes).toHaveLength(tries);
    expect([breaker.isOpen(), other.isOpen()]).toEqual([true, true]);
  });

  it('also where the ledger does not tell the other’s', async () => {
    const silent: Ledger = { read: async () => undefined, write: async () => 'lost' };
    const { breaker, writes } = await startBreaker(undefined, silent);
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), breaker.waitSeconds(), writes.length]).toEqual([true, 8, 1]);
  });

  it('and a record that is gone is not made anew', async () => {
    const { breaker, writes } = await startBreaker(undefined, {
      ...memoryLedger(),
      write: async () => 'lost',
    });
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), writes.length]).toEqual([true, 1]);
  });
});

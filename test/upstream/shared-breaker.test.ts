import { describe, expect, it } from 'vitest';
import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';
import type { BreakerRecord, RefusalOfAll } from '../../shared/upstream/circuit-breaker.ts';
import { breakersIn, makeSharedBreaker } from '../../shared/upstream/shared-breaker.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { recordAt, startRecords } from '../support/records-room.ts';

const KEY = 'cool/dli/p';
const AT = 1_000_000;
const PROBE_MS = 30_000;

const OUTAGE: RefusalOfAll = { trouble: 'outage', isCertain: false };
const THROTTLE: RefusalOfAll = { trouble: 'throttled', isCertain: true, retryAfter: 7.5 };

const over: BreakerRecord = { until: AT, step: 1, strikes: 0, probing: false };
const lasting: BreakerRecord = { ...over, until: AT + 4_001 };
const opened: BreakerRecord = { ...over, until: AT + 5_000 };

/** A breaker as an invocation finds it in the ledger, over a clock that stands still until it is moved. */
const begin = async (record?: BreakerRecord, inner: Ledger = memoryLedger()) => {
  const clock = { now: AT };
  const { records, writes } = startRecords(inner);
  if (record !== undefined) await breakersIn(records).write(KEY, record, undefined);
  const { log, lines } = keptLog();
  const find = async () => (await breakersIn(records).read([KEY]))(KEY);
  const load = async () =>
    makeSharedBreaker({ records, log, now: () => clock.now }, KEY, await find());
  const stored = () => recordAt(breakersIn(records), KEY);
  const breaker = await load();
  writes.length = 0;
  return { breaker, load, stored, clock, lines, writes };
};

describe('a breaker is closed where no request was refused', () => {
  it('and there is no probe, nothing to wait for, and nothing to write', async () => {
    const { breaker, writes, lines } = await begin();
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
    const { breaker, stored, lines } = await begin();
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
        fields: { breaker: KEY, why: 'outage', seconds: 5 },
      },
    ]);
  });

  it('or one that is certain, for as long as it asks', async () => {
    const { breaker, stored, lines } = await begin();
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([true, 8]);
    expect(await stored()).toMatchObject({ until: AT + 7_500 });
    expect(lines).toMatchObject([{ fields: { why: 'throttled', seconds: 8 } }]);
  });

  it('once: what is still in flight then adds nothing, be it refused or served', async () => {
    const { breaker, stored, writes, lines } = await begin();
    for (const refusal of [THROTTLE, OUTAGE, THROTTLE]) await breaker.failure(refusal);
    await breaker.finish();
    await breaker.success();
    await breaker.finish();
    expect([breaker.isOpen(), writes.length, lines.length]).toEqual([true, 1, 1]);
    expect(await stored()).toMatchObject({ step: 1 });
  });

  it('a request that is served begins the count anew', async () => {
    const { breaker, writes } = await begin();
    for (let n = 0; n < 2; n++) {
      await breaker.failure(OUTAGE);
      await breaker.failure(OUTAGE);
      await breaker.success();
    }
    await breaker.finish();
    expect([breaker.isOpen(), writes]).toEqual([false, []]);
  });

  it('one at the end of an invocation opens it for the next, for the shortest time', async () => {
    const { breaker, load, stored, lines } = await begin(over);
    await breaker.takeProbe(PROBE_MS);
    await breaker.failure(OUTAGE);
    await breaker.finish();
    expect(await stored()).toEqual({ ...opened, strikes: 1 });
    expect(lines).toMatchObject([{ level: 'warn', event: 'circuit breaker open' }]);
    expect((await load()).isOpen()).toBe(true);
  });
});

describe('an open breaker says why', () => {
  const reason = '404 text/html: no reply of the service: <html>';

  it('in the log, with what to check, and in its record', async () => {
    const { breaker, load, lines } = await begin();
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
    const { breaker } = await begin({ ...over, reason: 'before' });
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
    const { breaker, writes } = await begin();
    await breaker.success();
    await breaker.failure(STRANGE);
    await breaker.failure(STRANGE);
    await breaker.finish();
    expect([breaker.isOpen(), writes]).toEqual([false, []]);
  });

  it('three in a row do', async () => {
    const { breaker } = await begin();
    await breaker.success();
    for (let n = 0; n < 3; n++) await breaker.failure(STRANGE);
    expect(breaker.isOpen()).toBe(true);
  });

  it('and one alone, or one that is no page', async () => {
    const alone = await begin();
    await alone.breaker.failure(STRANGE);
    await alone.breaker.finish();
    expect(alone.breaker.isOpen()).toBe(true);
    const other = await begin();
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
    const { breaker, load, stored, writes } = await begin();
    const other = await load();
    await breaker.failure(first);
    await other.failure(second);
    expect(await stored()).toMatchObject({ ...opened, until: AT + ms });
    expect(writes).toHaveLength(tries);
    expect([breaker.isOpen(), other.isOpen()]).toEqual([true, true]);
  });

  it('also where the ledger does not tell the other’s', async () => {
    const silent: Ledger = { read: async () => undefined, write: async () => 'lost' };
    const { breaker, writes } = await begin(undefined, silent);
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), breaker.waitSeconds(), writes.length]).toEqual([true, 8, 1]);
  });

  it('and a record that is gone is not made anew', async () => {
    const { breaker, writes } = await begin(undefined, {
      ...memoryLedger(),
      write: async () => 'lost',
    });
    await breaker.failure(THROTTLE);
    expect([breaker.isOpen(), writes.length]).toEqual([true, 1]);
  });
});

describe('while it is open nothing is sent', () => {
  it('nor probed; it tells for how long', async () => {
    const { breaker, clock, writes } = await begin(lasting);
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
    const { breaker, clock, stored, writes } = await begin(over);
    expect([breaker.isOpen(), await breaker.takeProbe(PROBE_MS)]).toEqual([false, true]);
    expect(await stored()).toEqual({ ...over, until: AT + PROBE_MS, probing: true });
    clock.now += PROBE_MS;
    expect([await breaker.takeProbe(PROBE_MS), breaker.isOpen()]).toEqual([true, false]);
    expect(writes).toHaveLength(1);
  });

  it('of two that found it half-open, one alone; the other comes back soon', async () => {
    const { breaker, load } = await begin(over);
    const other = await load();
    expect([await breaker.takeProbe(PROBE_MS), await other.takeProbe(PROBE_MS)]).toEqual([
      true,
      false,
    ]);
    expect([other.isOpen(), other.waitSeconds()]).toEqual([true, 3]);
    expect([breaker.isOpen(), breaker.waitSeconds()]).toEqual([false, 0]);
  });

  it('its request is waited for while it is under way, however it ends', async () => {
    const { breaker } = await begin(over);
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
    const { breaker, load, stored, lines, writes } = await begin({ ...over, step: 4 });
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
    const { breaker, stored } = await begin(over);
    await breaker.takeProbe(PROBE_MS);
    await breaker.failure({ trouble: 'throttled', isCertain: true });
    await breaker.success();
    await breaker.finish();
    expect(await stored()).toEqual({ ...over, until: AT + 10_000, step: 2 });
  });

  it('refused after no invocation came for long: the wait is short, whatever it was', async () => {
    const { breaker, clock, stored } = await begin({ ...over, step: 6, strikes: 2 });
    clock.now += 300_001;
    await breaker.takeProbe(PROBE_MS);
    expect(await stored()).toMatchObject({ step: 1, strikes: 0, probing: true });
    await breaker.failure(OUTAGE);
    await breaker.finish();
    expect(await stored()).toEqual({
      until: clock.now + 5_000,
      step: 1,
      strikes: 1,
      probing: false,
    });
  });

  it('nothing to send: it is left to the next, at once', async () => {
    const { breaker, clock, load, stored } = await begin({ ...over, step: 3 });
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
    const { breaker } = await begin(over, ledger);
    ledger.isSilent = true;
    expect([await breaker.takeProbe(PROBE_MS), breaker.isOpen()]).toEqual([false, true]);
  });

  it('the next write goes by what was there before', async () => {
    const ledger = silentOnce();
    const { breaker, stored, writes } = await begin(over, ledger);
    await breaker.takeProbe(PROBE_MS);
    ledger.isSilent = true;
    await breaker.success();
    ledger.isSilent = false;
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
    expect(writes).toHaveLength(3);
  });
});

describe('what a later release wrote of a breaker counts as nothing', () => {
  const theirs: Entry = { key: KEY, version: 'theirs', body: '{"v":2,"all":"new"}' };
  const seed = async (ledger: Ledger) => ledger.write({ ...theirs, expiresAt: 0 }, undefined);

  it('it is closed, and the first refusal here is put in its place', async () => {
    const ledger = memoryLedger();
    await seed(ledger);
    const { breaker, stored } = await begin(undefined, ledger);
    expect([breaker.isOpen(), await breaker.takeProbe(PROBE_MS), await stored()]).toEqual([
      false,
      true,
      undefined,
    ]);
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
  });

  it('also where it was written since', async () => {
    const ledger = memoryLedger();
    const { breaker, stored } = await begin(undefined, ledger);
    await seed(ledger);
    await breaker.failure(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
  });
});

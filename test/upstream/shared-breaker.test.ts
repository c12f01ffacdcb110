import { describe, expect, it } from 'vitest';
import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';
import type { BreakerState, RefusalOfAll } from '../../shared/upstream/circuit-breaker.ts';
import { breakersOf, makeSharedBreaker } from '../../shared/upstream/shared-breaker.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { startRecords } from '../support/records-room.ts';

const KEY = 'cool/dli/p';
const AT = 1_000_000;
const PROBE_MS = 30_000;

const OUTAGE: RefusalOfAll = { closure: 'outage', isCertain: false };
const THROTTLE: RefusalOfAll = { closure: 'throttled', isCertain: true, retryAfter: 7.5 };

const over: BreakerState = { until: AT, step: 1, strikes: 0, probing: false };
const lasting: BreakerState = { ...over, until: AT + 4_001 };
const closed: BreakerState = { ...over, until: AT + 5_000 };

/** A way as an invocation finds it in the ledger, over a clock that stands still until it is moved. */
const begin = async (record?: BreakerState, inner: Ledger = memoryLedger()) => {
  const clock = { now: AT };
  const { records, writes } = startRecords(inner);
  if (record !== undefined) await breakersOf(records).write(KEY, record, undefined);
  const { log, lines } = keptLog();
  const find = async () => (await breakersOf(records).read([KEY]))?.get(KEY);
  const open = async () =>
    makeSharedBreaker({ records, log, now: () => clock.now }, KEY, await find());
  const stored = async () => (await find())?.record;
  const way = await open();
  writes.length = 0;
  return { way, open, stored, clock, lines, writes };
};

describe('a way nobody was refused on is open', () => {
  it('and there is nothing to see, to wait for, or to leave behind', async () => {
    const { way, writes, lines } = await begin();
    expect(await way.takeProbe(PROBE_MS)).toBe(true);
    way.sending(Promise.resolve());
    expect(way.probe()).toBeUndefined();
    await way.pass();
    await way.leave();
    expect([way.isClosed(), way.pause()]).toEqual([false, 0]);
    expect([writes, lines]).toEqual([[], []]);
  });
});

describe('refusals close it', () => {
  it('three in a row that may each be one job’s own', async () => {
    const { way, stored, lines } = await begin();
    await way.refuse(OUTAGE);
    await way.refuse(OUTAGE);
    expect([way.isClosed(), await stored(), lines]).toEqual([false, undefined, []]);
    await way.refuse(OUTAGE);
    expect([way.isClosed(), way.pause()]).toEqual([true, 5]);
    expect(await stored()).toEqual(closed);
    expect(lines).toEqual([
      { level: 'warn', event: 'cool-down', fields: { way: KEY, why: 'outage', seconds: 5 } },
    ]);
  });

  it('or one that is certain, for as long as it asks', async () => {
    const { way, stored, lines } = await begin();
    await way.refuse(THROTTLE);
    expect([way.isClosed(), way.pause()]).toEqual([true, 8]);
    expect(await stored()).toMatchObject({ until: AT + 7_500 });
    expect(lines).toMatchObject([{ fields: { why: 'throttled', seconds: 8 } }]);
  });

  it('once: what is still in flight then adds nothing, be it refused or served', async () => {
    const { way, stored, writes, lines } = await begin();
    for (const refusal of [THROTTLE, OUTAGE, THROTTLE]) await way.refuse(refusal);
    await way.leave();
    await way.pass();
    await way.leave();
    expect([way.isClosed(), writes.length, lines.length]).toEqual([true, 1, 1]);
    expect(await stored()).toMatchObject({ step: 1 });
  });

  it('somebody who was served begins the count anew', async () => {
    const { way, writes } = await begin();
    for (let n = 0; n < 2; n++) {
      await way.refuse(OUTAGE);
      await way.refuse(OUTAGE);
      await way.pass();
    }
    await way.leave();
    expect([way.isClosed(), writes]).toEqual([false, []]);
  });

  it('one at the end of an invocation closes it for the next, for the shortest while', async () => {
    const { way, open, stored, lines } = await begin(over);
    await way.takeProbe(PROBE_MS);
    await way.refuse(OUTAGE);
    await way.leave();
    expect(await stored()).toEqual({ ...closed, strikes: 1 });
    expect(lines).toMatchObject([{ level: 'warn', event: 'cool-down' }]);
    expect((await open()).isClosed()).toBe(true);
  });
});

describe('a way that is closed says why', () => {
  const reason = '404 text/html: no reply of the service: <html>';

  it('in the log, with what to check, and in its record', async () => {
    const { way, open, lines } = await begin();
    expect([way.reason(), way.leadsNowhere()]).toEqual([undefined, false]);
    await way.refuse({ closure: 'no-route', isCertain: true, reason });
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'cool-down',
        fields: {
          way: KEY,
          why: 'no-route',
          seconds: 5,
          reason,
          advice: expect.stringMatching(/^check whether this endpoint offers the route/),
        },
      },
    ]);
    for (const one of [way, await open()])
      expect([one.reason(), one.leadsNowhere()]).toEqual([reason, true]);
  });

  it('as the last refusal had it, as long as nobody is served', async () => {
    const { way } = await begin({ ...over, reason: 'before' });
    expect(way.reason()).toBe('before');
    await way.takeProbe(PROBE_MS);
    await way.refuse({ ...OUTAGE, reason });
    expect([way.reason(), way.leadsNowhere()]).toEqual([reason, false]);
    await way.pass();
    expect(way.reason()).toBeUndefined();
  });
});

describe('a strange reply beside good ones', () => {
  const STRANGE: RefusalOfAll = { closure: 'unreadable', isCertain: false };

  it('closes nothing at the end of an invocation', async () => {
    const { way, writes } = await begin();
    await way.pass();
    await way.refuse(STRANGE);
    await way.refuse(STRANGE);
    await way.leave();
    expect([way.isClosed(), writes]).toEqual([false, []]);
  });

  it('three in a row do', async () => {
    const { way } = await begin();
    await way.pass();
    for (let n = 0; n < 3; n++) await way.refuse(STRANGE);
    expect(way.isClosed()).toBe(true);
  });

  it('and one alone, or one that is no page', async () => {
    const alone = await begin();
    await alone.way.refuse(STRANGE);
    await alone.way.leave();
    expect(alone.way.isClosed()).toBe(true);
    const other = await begin();
    await other.way.pass();
    await other.way.refuse(OUTAGE);
    await other.way.leave();
    expect(other.way.isClosed()).toBe(true);
  });
});

describe('of several who close it at once the longest wait stands', () => {
  const CREDENTIAL: RefusalOfAll = { closure: 'auth', isCertain: true };

  it.each<[string, RefusalOfAll, RefusalOfAll, number, number]>([
    ['the first is the longer', CREDENTIAL, THROTTLE, 60_000, 2],
    ['the second is', THROTTLE, CREDENTIAL, 60_000, 3],
    ['they are alike', THROTTLE, THROTTLE, 7_500, 2],
  ])('%s', async (_, first, second, ms, tries) => {
    const { way, open, stored, writes } = await begin();
    const other = await open();
    await way.refuse(first);
    await other.refuse(second);
    expect(await stored()).toMatchObject({ ...closed, until: AT + ms });
    expect(writes).toHaveLength(tries);
    expect([way.isClosed(), other.isClosed()]).toEqual([true, true]);
  });

  it('also where nobody can tell how the other’s stands', async () => {
    const silent: Ledger = { read: async () => undefined, write: async () => 'lost' };
    const { way, writes } = await begin(undefined, silent);
    await way.refuse(THROTTLE);
    expect([way.isClosed(), way.pause(), writes.length]).toEqual([true, 8, 1]);
  });

  it('and a record that is gone is not made anew', async () => {
    const { way, writes } = await begin(undefined, {
      ...memoryLedger(),
      write: async () => 'lost',
    });
    await way.refuse(THROTTLE);
    expect([way.isClosed(), writes.length]).toEqual([true, 1]);
  });
});

describe('while a cool-down lasts nobody sends', () => {
  it('nor sets out to see; it tells when it is over', async () => {
    const { way, clock, writes } = await begin(lasting);
    expect([way.isClosed(), way.pause()]).toEqual([true, 5]);
    expect([await way.takeProbe(PROBE_MS), writes]).toEqual([false, []]);
    clock.now += 4_000;
    expect(way.pause()).toBe(1);
    // It has passed meanwhile, which is for the next invocation to see: it may come at once.
    clock.now += 10_000;
    expect([way.isClosed(), way.pause()]).toEqual([true, 1]);
  });
});

describe('when it is over one sets out to see', () => {
  it('it is noted before anything is sent, once, and for so long', async () => {
    const { way, clock, stored, writes } = await begin(over);
    expect([way.isClosed(), await way.takeProbe(PROBE_MS)]).toEqual([false, true]);
    expect(await stored()).toEqual({ ...over, until: AT + PROBE_MS, probing: true });
    clock.now += PROBE_MS;
    expect([await way.takeProbe(PROBE_MS), way.isClosed()]).toEqual([true, false]);
    expect(writes).toHaveLength(1);
  });

  it('of two who found it over, one alone; the other comes back soon', async () => {
    const { way, open } = await begin(over);
    const other = await open();
    expect([await way.takeProbe(PROBE_MS), await other.takeProbe(PROBE_MS)]).toEqual([true, false]);
    expect([other.isClosed(), other.pause()]).toEqual([true, 3]);
    expect([way.isClosed(), way.pause()]).toEqual([false, 0]);
  });

  it('its request is waited for while it is under way, however it ends', async () => {
    const { way } = await begin(over);
    await way.takeProbe(PROBE_MS);
    expect(way.probe()).toBeUndefined();
    const { promise, resolve } = Promise.withResolvers<string>();
    way.sending(promise);
    const ahead = way.probe();
    resolve('a reply');
    expect(await ahead).toBe('a reply');
    expect(way.probe()).toBeUndefined();
  });

  it('served: the way is open, for everybody', async () => {
    const { way, open, stored, lines, writes } = await begin({ ...over, step: 4 });
    await way.takeProbe(PROBE_MS);
    await way.pass();
    await way.pass();
    expect(await stored()).toEqual({ until: 0, step: 0, strikes: 0, probing: false });
    expect(lines).toEqual([{ level: 'info', event: 'cool-down over', fields: { way: KEY } }]);
    await way.leave();
    expect(writes).toHaveLength(2);
    way.sending(Promise.resolve());
    expect(way.probe()).toBeUndefined();
    expect((await open()).isClosed()).toBe(false);
  });

  it('refused: the next wait is longer, and one who is served late does not shorten it', async () => {
    const { way, stored } = await begin(over);
    await way.takeProbe(PROBE_MS);
    await way.refuse({ closure: 'throttled', isCertain: true });
    await way.pass();
    await way.leave();
    expect(await stored()).toEqual({ ...over, until: AT + 10_000, step: 2 });
  });

  it('refused after nobody came for long: the wait is short, whatever it was', async () => {
    const { way, clock, stored } = await begin({ ...over, step: 6, strikes: 2 });
    clock.now += 300_001;
    await way.takeProbe(PROBE_MS);
    expect(await stored()).toMatchObject({ step: 1, strikes: 0, probing: true });
    await way.refuse(OUTAGE);
    await way.leave();
    expect(await stored()).toEqual({
      until: clock.now + 5_000,
      step: 1,
      strikes: 1,
      probing: false,
    });
  });

  it('nothing to send: it is left to the next, at once', async () => {
    const { way, clock, open, stored } = await begin({ ...over, step: 3 });
    await way.takeProbe(PROBE_MS);
    clock.now += 10;
    await way.leave();
    expect(await stored()).toEqual({ ...over, until: AT + 10, step: 3 });
    expect(await (await open()).takeProbe(PROBE_MS)).toBe(true);
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

  it('nobody sets out to see on the strength of it', async () => {
    const ledger = silentOnce();
    const { way } = await begin(over, ledger);
    ledger.isSilent = true;
    expect([await way.takeProbe(PROBE_MS), way.isClosed()]).toEqual([false, true]);
  });

  it('the next write goes by what was there before', async () => {
    const ledger = silentOnce();
    const { way, stored, writes } = await begin(over, ledger);
    await way.takeProbe(PROBE_MS);
    ledger.isSilent = true;
    await way.pass();
    ledger.isSilent = false;
    await way.refuse(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
    expect(writes).toHaveLength(3);
  });
});

describe('what a later release wrote of a cool-down counts as none', () => {
  const theirs: Entry = { key: KEY, version: 'theirs', body: '{"v":2,"all":"new"}' };
  const seed = async (ledger: Ledger) => ledger.write({ ...theirs, expiresAt: 0 }, undefined);

  it('the way is open, and the first refusal here is put in its place', async () => {
    const ledger = memoryLedger();
    await seed(ledger);
    const { way, stored } = await begin(undefined, ledger);
    expect([way.isClosed(), await way.takeProbe(PROBE_MS), await stored()]).toEqual([
      false,
      true,
      undefined,
    ]);
    await way.refuse(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
  });

  it('also where it was written since', async () => {
    const ledger = memoryLedger();
    const { way, stored } = await begin(undefined, ledger);
    await seed(ledger);
    await way.refuse(THROTTLE);
    expect(await stored()).toEqual({ ...over, until: AT + 7_500 });
  });
});

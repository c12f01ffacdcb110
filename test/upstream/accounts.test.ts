import { describe, expect, it } from 'vitest';
import { DOWN, LEAST_MS, secret, startAccounts, TTL_MS } from '../support/accounts-room.ts';

describe('the secret is read when it is needed, and kept', () => {
  it('once, however many wait', async () => {
    const { skOf, source } = startAccounts(secret('one'));
    expect(await Promise.all([skOf(), skOf(), skOf()])).toEqual(['one', 'one', 'one']);
    expect(source.reads).toBe(1);
  });

  it('until its time is over', async () => {
    const { skOf, source, clock } = startAccounts(secret('one'));
    await skOf();
    source.says = secret('two');
    clock.now += TTL_MS - 1;
    expect(await skOf()).toBe('one');
    clock.now += 1;
    expect(await skOf()).toBe('two');
    expect(source.reads).toBe(2);
  });

  it('the same text gives the very same accounts', async () => {
    const { accounts, clock } = startAccounts(secret('one'));
    const before = await accounts.of('p');
    clock.now += TTL_MS;
    expect(await accounts.of('p')).toBe(before);
  });

  it('a clock that was set back stops nothing', async () => {
    const { skOf, source, clock } = startAccounts(secret('one'));
    await skOf();
    source.says = secret('two');
    clock.now -= 3_600_000;
    expect(await skOf()).toBe('two');
  });
});

describe('a project without an entry makes it be read again', () => {
  it('but not too often', async () => {
    const { skOf, source, clock } = startAccounts(secret('one'));
    expect(await skOf('q')).toBeUndefined();
    source.says = secret('two', 'q');
    expect(await skOf('q')).toBeUndefined();
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    expect(await Promise.all([skOf('q'), skOf('q')])).toEqual(['two', 'two']);
    expect(source.reads).toBe(2);
  });
});

describe('an older copy does not tell that a project has no credential', () => {
  it.each<[string, string | Error]>([
    ['the source is out of reach', DOWN],
    ['what it says now is faulty', '{"projects": {"p": {}, "q": {}}}'],
  ])('where %s', async (_, says) => {
    const { skOf, source, clock } = startAccounts(secret('one'));
    expect(await skOf('q')).toBeUndefined();
    source.says = says;
    clock.now += LEAST_MS;
    expect(await skOf('q')).toBe('out of reach');
    expect(await skOf('p')).toBe('one');
    source.says = secret('two', 'q');
    clock.now += LEAST_MS;
    expect(await skOf('q')).toBe('two');
  });
});

describe('a refused credential makes it be read again', () => {
  it('at once, however short ago it was read', async () => {
    const { accounts, skOf, source } = startAccounts(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    source.says = secret('two');
    await accounts.refresh(readsThen);
    expect(await skOf()).toBe('two');
  });

  it('once for all requests that were sent before', async () => {
    const { accounts, skOf, source } = startAccounts(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    await Promise.all([accounts.refresh(readsThen), accounts.refresh(readsThen)]);
    await accounts.refresh(readsThen);
    expect(source.reads).toBe(2);
  });

  it('and not by a read that began before the request went out', async () => {
    const { accounts, skOf, source, clock } = startAccounts(secret('one'));
    await skOf();
    clock.now += TTL_MS;
    const gate = Promise.withResolvers<void>();
    source.gate = gate.promise;
    const early = accounts.refresh();
    clock.now += 1;
    source.says = secret('two');
    const late = accounts.refresh(accounts.reads());
    gate.resolve();
    await Promise.all([early, late]);
    expect(source.reads).toBe(3);
    expect(await skOf()).toBe('two');
  });

  it('nor a second time by who learns of one that is under way and began later, however long it takes', async () => {
    const { accounts, skOf, source, clock } = startAccounts(secret('one'));
    await skOf();
    const readsThen = accounts.reads();
    const gate = Promise.withResolvers<void>();
    source.gate = gate.promise;
    const first = accounts.refresh(readsThen);
    await new Promise(setImmediate);
    clock.now += LEAST_MS;
    const second = accounts.refresh(readsThen);
    gate.resolve();
    await Promise.all([first, second]);
    expect(source.reads).toBe(2);
  });

  it('and again while it goes on being refused, but not too often', async () => {
    const { accounts, skOf, source, clock } = startAccounts(secret('one'));
    await skOf();
    const readsThen = accounts.reads() - 1;
    await accounts.refresh(readsThen);
    await accounts.refresh();
    expect(source.reads).toBe(1);
    clock.now += LEAST_MS;
    await accounts.refresh(readsThen);
    expect(source.reads).toBe(2);
  });
});

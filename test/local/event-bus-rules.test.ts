import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { BusEvent } from '../../local/bus/event-bus.ts';
import { matchesPattern } from '../../local/bus/event-pattern.ts';
import { until } from '../support/until.ts';
import { closeAll, entry, numbered, put, start } from './begin-bus.ts';

afterEach(closeAll);

describe('a rule invokes its target with the events that match', () => {
  const event = { source: 'orders.eu', 'detail-type': 'Job Wanted' };
  test.each([
    [true, {}],
    [true, { source: ['other', 'orders.eu'] }],
    [true, { source: [{ prefix: 'orders.' }] }],
    [true, { source: ['orders.eu'], 'detail-type': ['Job Wanted'] }],
    [false, { source: ['orders.eu'], 'detail-type': ['Job'] }],
    [false, { source: ['Orders.eu'] }],
    [false, { source: [{ prefix: 'eu' }] }],
    [false, { source: [] }],
  ])('%s for %j', (matches, pattern) => {
    expect(matchesPattern(pattern, event)).toBe(matches);
  });

  test('on its own bus, each attempt with a copy of its own', async () => {
    const seen: BusEvent[] = [];
    const target = async (received: BusEvent) => {
      seen.push(structuredClone(received));
      received.detail = {};
    };
    const pattern = { source: ['job-fanin'] };
    const { bus, client } = await start({
      rules: [{ name: 'to-target', bus: 'results', pattern, target }],
    });
    await put(
      client,
      entry({ Source: 'other' }),
      entry({ EventBusName: 'default' }),
      entry({ Detail: '{"n":1}' }),
    );
    await until(() => expect(seen).toHaveLength(1));
    expect(seen).toEqual([bus.events[2]]);
    expect(bus.events[2]?.detail).toEqual({ n: 1 });
  });

  test('a target that fails is tried twice more, and no further once it succeeds', async () => {
    const target = vi.fn().mockRejectedValueOnce('first').mockRejectedValueOnce('second');
    const onFailure = vi.fn();
    const rules = [{ name: 'to-target', pattern: {}, target }];
    const { bus, client } = await start({ rules, onFailure, retryDelaysMs: [1, 1] });
    await put(client, entry());
    await until(() => expect(target).toHaveBeenCalledTimes(3));
    await bus.stop();
    expect(target).toHaveBeenCalledTimes(3);
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('an event whose target fails for good goes to the failure destination, once', async () => {
    const failures: [BusEvent, unknown][] = [];
    let attempts = 0;
    const target = () => Promise.reject(new Error(`attempt ${++attempts}`));
    const { bus, client } = await start({
      rules: [{ name: 'to-target', pattern: {}, target }],
      onFailure: (failed, error) => failures.push([failed, error]),
      retryDelaysMs: [1, 1],
    });
    await put(client, entry());
    await until(() => expect(failures).toHaveLength(1));
    expect(failures).toEqual([[bus.events[0], new Error('attempt 3')]]);
  });

  test('stopping waits for targets under way and leaves no attempt unmade', async () => {
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let attempts = 0;
    const onFailure = vi.fn();
    const target = async () => {
      attempts += 1;
      began.resolve();
      await release.promise;
      throw new Error('no');
    };
    const rules = [{ name: 'to-target', pattern: {}, target }];
    const { bus, client } = await start({ rules, onFailure, retryDelaysMs: [60_000, 60_000] });
    await put(client, entry());
    await began.promise;
    const stopped = bus.stop();
    release.resolve();
    await stopped;
    expect(attempts).toBe(3);
    expect(onFailure).toHaveBeenCalledTimes(1);
  });
});

describe('faults can be switched on and off', () => {
  test('down: every request is answered with 500', async () => {
    const { bus, client } = await start();
    bus.behave({ down: true });
    const trouble = { $metadata: { httpStatusCode: 500 } };
    await expect(put(client, entry())).rejects.toMatchObject(trouble);
    await expect(client.send(new ListEventBusesCommand({}))).rejects.toMatchObject(trouble);
    bus.behave({ down: false });
    await put(client, entry());
    expect(bus.events).toHaveLength(1);
  });

  test('failNext: the coming entries fail, then no more', async () => {
    const { bus, client } = await start();
    bus.behave({ failNext: 3 });
    const first = await put(client, ...numbered(2));
    const second = await put(client, ...numbered(3));
    expect([first.FailedEntryCount, second.FailedEntryCount]).toEqual([2, 1]);
    expect(second.Entries?.[0]).toMatchObject({ ErrorCode: 'InternalFailure' });
    expect(bus.events.map(({ detail }) => detail.n)).toEqual([1, 2]);
  });

  test('failEntries: a share of the entries fails, as the dice given fall', async () => {
    const dice = [0.1, 0.9, 0.5, 0.4];
    const { bus, client } = await start({ random: () => dice.shift() ?? 1 });
    bus.behave({ failEntries: 0.5 });
    await put(client, ...numbered(4));
    expect(bus.events.map(({ detail }) => detail.n)).toEqual([1, 2]);
  });
});

describe('a listener hears of every event until it leaves', () => {
  test('before the sender is answered, with the name of the bus', async () => {
    const { bus, client } = await start();
    const heard: [unknown, string][] = [];
    const leave = bus.onEvent(({ detail }, name) => heard.push([detail.n, name]));
    await put(client, ...numbered(2), entry({ EventBusName: 'nowhere' }));
    expect(heard).toEqual([
      [0, 'results'],
      [1, 'results'],
    ]);
    leave();
    await put(client, entry());
    expect(heard).toHaveLength(2);
  });
});

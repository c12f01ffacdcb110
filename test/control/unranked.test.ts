import { describe, expect, it } from 'vitest';
import { warnOfFuture } from '../../shared/control/rank.ts';
import { CLOCK_DIFFERENCE_MS } from '../../shared/intent/age.ts';
import { type IntentId, timeOf } from '../../shared/intent/intent.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { readNames, writeNames } from '../../shared/ledger/name-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { outcomes, startControlRoom } from '../support/control-room.ts';
import { given, KEY, STOP } from '../support/given-messages.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, intentOf, PROJECT } from '../support/messages.ts';

const THEIRS = { intent: idAt(3), age: idAt(3), jobs: intentOf({ jobs: ['9'] }).jobs.map(jobIdOf) };

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

describe('a stop goes on only when the ledger has its names', () => {
  const stop = given('stop', { age: 1, ...STOP, correlation_id: 'c' });
  const namedOnly = (ledger: Ledger) => {
    const written: string[] = [];
    const kept: Ledger = {
      ...ledger,
      write: async (entry, seen) => {
        if (entry.key.startsWith('name/')) written.push(entry.key);
        return ledger.write(entry, seen);
      },
    };
    return { kept, written };
  };

  it('not while they cannot be read', async () => {
    const memory = memoryLedger();
    const { kept, written } = namedOnly({
      ...memory,
      read: async (keys) =>
        keys.some((key) => key.startsWith('name/')) ? undefined : memory.read(keys),
    });
    const room = startControlRoom({ ledger: kept });
    expect(await room.run([stop])).toEqual(['stop']);
    expect([room.calls, written]).toEqual([[], []]);
  });

  it('nor over a record of a later release, which stays as it is', async () => {
    const ledger = memoryLedger();
    const key = `name/dli/${PROJECT}/c`;
    await ledger.write({ key, version: 'v', body: '{"v":2}', expiresAt: 1 }, undefined);
    const room = startControlRoom({ ledger });
    expect(await room.run([stop])).toEqual(['stop']);
    expect([room.calls, ledger.entries.get(key)?.body]).toEqual([[], '{"v":2}']);
  });

  it('a write of which nothing is known is not tried again at once', async () => {
    const memory = memoryLedger();
    const { kept, written } = namedOnly({
      ...memory,
      write: async (entry, seen) =>
        entry.key.startsWith('name/') ? 'unknown' : memory.write(entry, seen),
    });
    expect(await startControlRoom({ ledger: kept }).run([stop])).toEqual(['stop']);
    expect(written).toHaveLength(1);
  });

  it('what others write meanwhile is kept beside them', async () => {
    const memory = memoryLedger();
    let rounds = 0;
    const ledger: Ledger = {
      ...memory,
      write: async (entry, seen) => {
        if (entry.key.startsWith('name/') && rounds++ === 0)
          await memory.write({ ...entry, version: 'theirs', body: writeNames([THEIRS]) }, seen);
        return memory.write(entry, seen);
      },
    };
    const room = startControlRoom({ ledger });
    expect(await room.run([given('stop', { age: 7, ...STOP, correlation_id: 'c' })])).toEqual([]);
    const names = readNames(memory.entries.get(`name/dli/${PROJECT}/c`)?.body ?? '');
    expect(names).toEqual([{ intent: idAt(7), age: idAt(7), jobs: ['131'] }, THEIRS]);
  });

  it('names it with the ids of its jobs alone, whatever they come with', async () => {
    const ledger = memoryLedger();
    const room = startControlRoom({ ledger });
    const jobs = ['a', 'b'].map((job_id) => ({ job_id, pause_mode: 'all' }));
    const wish = { age: 1, operation: 'drs.stop', jobs, correlation_id: 'c' } as const;
    expect(await room.run([given('stop', wish)])).toEqual([]);
    const names = readNames(ledger.entries.get(`name/drs/${PROJECT}/c`)?.body ?? '');
    expect(names).toMatchObject([{ jobs: ['a', 'b'] }]);
  });
});

describe('stops that an intent of the future has made stale', () => {
  const HOUR = 3_600_000;
  const at = timeOf(idAt(1));
  const told = (now: number, ids: readonly (IntentId | undefined)[]) => {
    const { log, lines } = keptLog();
    warnOfFuture(log, ids, now);
    return lines.map(({ level, fields }) => ({ level, ...fields }));
  };

  it('are told of if its clock is ahead by more than clocks differ', () => {
    expect(told(at - CLOCK_DIFFERENCE_MS, [idAt(1), undefined])).toEqual([]);
    expect(told(at - CLOCK_DIFFERENCE_MS - 1, [idAt(1), undefined])).toEqual([
      {
        level: 'warn',
        jobs: 1,
        intents: [idAt(1)],
        advice: 'set the clock of each machine that accepts intents',
      },
    ]);
  });

  it('all are counted, and ten of the intents are named, each once', () => {
    const ids = Array.from({ length: 12 }, (_, i) => idAt(i));
    const [line] = told(at - HOUR, [...ids, ...ids]);
    expect(line).toMatchObject({ jobs: 24, intents: ids.slice(0, 10) });
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

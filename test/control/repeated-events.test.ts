import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, outcomes, startControlRoom } from '../support/control-room.ts';
import { given, KEY, STOP } from '../support/given-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW } from '../support/messages.ts';

const OTHER_KEY = 'cd'.repeat(16);

describe('the id of each delivery leads to the intent', () => {
  it('an alias names it and its caller', async () => {
    const ledger = memoryLedger();
    const room = startControlRoom({ ledger });
    await room.run([given('a', { age: 1, caller: 'bot' }, { key: KEY })]);
    await room.run([given('b', { age: 2, caller: 'bot' }, { key: KEY })]);
    expect(ledger.entries.get(`alias/${idAt(2)}`)?.body).toBe(
      `{"v":1,"intent_id":"${idAt(1)}","caller":"bot"}`,
    );
    expect(ledger.entries.has(`alias/${idAt(1)}`)).toBe(false);
  });

  it('a delivery whose alias may be missing comes back, and writes it then', async () => {
    const memory = memoryLedger();
    let isDown = true;
    const ledger: Ledger = {
      ...memory,
      write: async (entry, seen) =>
        isDown && entry.key.startsWith('alias/') ? 'unknown' : memory.write(entry, seen),
    };
    const room = startControlRoom({ ledger });
    expect(await room.run([given('a', { age: 1 }, { key: KEY })])).toEqual([]);
    const again = given('b', { age: 2 }, { key: KEY });
    expect(await room.run([again])).toEqual(['b']);
    isDown = false;
    expect(await room.run([again])).toEqual([]);
    expect(await room.run([again])).toEqual([]);
    expect(memory.entries.has(`alias/${idAt(2)}`)).toBe(true);
    expect(room.calls).toHaveLength(1);
    expect(new Set(room.results.map(({ intent_id }) => intent_id))).toEqual(new Set([idAt(1)]));
  });
});

describe('an event is one intent, however often it was accepted', () => {
  it('the first that is seen gives it its id, its acceptance and its deadline', async () => {
    const room = startControlRoom();
    const first = { age: 2, accepted_at: NOW, expires_at: '2026-01-31T13:00:00.000Z' };
    expect(await room.run([given('b', first, { key: KEY })])).toEqual([]);
    expect(await room.run([given('a', { age: 1 }, { key: KEY })])).toEqual([]);
    expect(await room.run([given('c', { age: 3, expires_at: NOW }, { key: KEY })])).toEqual([]);
    expect(room.calls).toHaveLength(1);
    expect(new Set(room.results.map(({ intent_id }) => intent_id))).toEqual(new Set([idAt(2)]));
    expect(room.results[0]).toMatchObject({ accepted_at: NOW, outcome: 'delivered' });
  });

  it('whose record is read once by the invocation that writes it', async () => {
    const memory = memoryLedger();
    const asked: string[] = [];
    const ledger: Ledger = {
      ...memory,
      read: (keys, ...more) => {
        asked.push(...keys.filter((key) => key.startsWith('key/')));
        return memory.read(keys, ...more);
      },
    };
    const room = startControlRoom({ ledger });
    expect(await room.run([given('a', { age: 1 }, { key: KEY })])).toEqual([]);
    expect(asked).toEqual([`key/${KEY}`]);
  });

  it('in one batch it is the oldest, and costs one write for each delivery', async () => {
    const ledger = memoryLedger();
    const room = startControlRoom({ ledger });
    const batch = [3, 1, 2].map((age) => given(`${age}`, { age }, { key: KEY }));
    expect(await room.run(batch)).toEqual([]);
    expect([...ledger.entries.keys()].toSorted()).toEqual([
      `alias/${idAt(2)}`,
      `alias/${idAt(3)}`,
      expect.stringMatching(/^intent\/.*\/#0$/),
      expect.stringMatching(/^job\//),
      `key/${KEY}`,
    ]);
    expect(room.results.map(({ intent_id }) => intent_id)).toEqual([idAt(1)]);
  });

  it('another wish under the same event id is another intent: no job of it is lost', async () => {
    const room = startControlRoom();
    const run = given('run', { age: 1, jobs: ['1', '8', '9'] }, { key: KEY, event_id: 'e' });
    const stop = given('stop', { age: 2, ...STOP, jobs: ['1'] }, { key: OTHER_KEY, event_id: 'e' });
    expect(await room.run([stop, run])).toEqual([]);
    expect(outcomes(room.results)).toEqual([
      '1 delivered',
      '1 superseded',
      '8 delivered',
      '9 delivered',
    ]);
    expect(room.calls.map(({ path, jobs }) => [path.split('/').at(-1), jobs])).toEqual([
      ['run', ['8', '9']],
      ['stop', ['1']],
    ]);
  });

  it('a lost race is read again, and the winner counts', async () => {
    const shared = memoryLedger();
    const rival = startControlRoom({ ledger: shared });
    let isFirst = true;
    const ledger: Ledger = {
      ...shared,
      write: async (entry, seen) => {
        if (entry.key.startsWith('key/') && isFirst) {
          isFirst = false;
          await rival.run([given('theirs', { age: 7 }, { key: KEY })]);
        }
        return shared.write(entry, seen);
      },
    };
    const room = startControlRoom({ ledger });
    expect(await room.run([given('ours', { age: 1 }, { key: KEY })])).toEqual([]);
    expect(room.calls).toEqual([]);
    expect(room.results.map(({ intent_id }) => intent_id)).toEqual([idAt(7)]);
  });

  it.each([
    ['cannot be read', { read: async () => undefined }],
    ['does not say what it wrote', { write: async () => 'unknown' as const }],
  ])(
    'while the ledger %s it waits, nothing is called, and nothing overtakes it',
    async (_, trouble) => {
      const shared = memoryLedger();
      const ledger: Ledger = {
        read: (keys) =>
          keys[0]?.startsWith('key/') && 'read' in trouble ? trouble.read() : shared.read(keys),
        write: (entry, seen) =>
          entry.key.startsWith('key/') && 'write' in trouble
            ? trouble.write()
            : shared.write(entry, seen),
      };
      const room = startControlRoom({ ledger });
      const stop = given('stop', { age: 1, ...STOP }, { key: KEY });
      const run = given('run', { age: 2 });
      const other = given('other', { age: 3, jobs: ['5'] });
      expect(await room.run([stop, run, other])).toEqual(['stop', 'run']);
      expect(room.calls.map(({ jobs }) => jobs)).toEqual([['5']]);
    },
  );

  it('a record of a later release holds it up, and nothing else', async () => {
    const ledger = memoryLedger();
    await ledger.write(
      { key: `key/${KEY}`, version: 'v', body: '{"v":2}', expiresAt: 1 },
      undefined,
    );
    const room = startControlRoom({ ledger });
    const batch = [given('a', { age: 1 }, { key: KEY }), given('b', { age: 2, jobs: ['5'] })];
    expect(await room.run(batch)).toEqual(['a']);
    expect(room.lines.map(({ event }) => event)).toContain('records of an unknown version');
  });
});

describe('a record does not depend on how a message was cut', () => {
  const jobs = Array.from({ length: 250 }, (_, i) => String(i));
  const cut = (from: number, to: number, receives = 1) =>
    given(`${from}`, { jobs: jobs.slice(from, to) }, { first: from }, receives);

  it('cut otherwise, each job has the verdict that it had', async () => {
    const room = startControlRoom();
    expect(await room.run([cut(0, 250)])).toEqual([]);
    expect(room.results).toHaveLength(250);
    expect(await room.run([cut(0, 100), cut(100, 250)])).toEqual([]);
    expect(room.calls).toHaveLength(3);
    const said = room.results.map(({ result_id, call }) => `${result_id} ${call?.id}`);
    expect(new Set(said).size).toBe(250);
  });

  it('a message is done when all of its blocks are', async () => {
    const room = startControlRoom({ publishes: ({ job_id }) => job_id !== '120' });
    expect(await room.run([cut(0, 100), cut(100, 250)])).toEqual(['100']);
    expect(await room.run([cut(0, 250)])).toEqual(['0']);
  });

  it('one block that fails for good dead-letters the message, once', async () => {
    const room = startControlRoom({
      reply: () => ({ kind: 'silent', reason: 'unplugged' }),
      publishes: ({ outcome }) => outcome === 'failed',
    });
    expect(await room.run([cut(0, 250, 98)])).toEqual([]);
    expect(room.deadLettered).toHaveLength(1);
    expect(room.results).toHaveLength(250);
  });

  it('what a release before this one recorded of the message is taken over, by job', async () => {
    const ledger = memoryLedger();
    const before = startControlRoom({ ledger });
    const old = message('old', { jobs });
    await before.run([old]);
    const room = startControlRoom({ ledger });
    expect(await room.run([cut(0, 250, 2)])).toEqual([]);
    expect(room.calls).toEqual([]);
    const told = before.results.map(({ result_id, call }) => [result_id, call]);
    expect(room.results.map(({ result_id, call }) => [result_id, call]).toSorted()).toEqual(
      told.toSorted(),
    );
    expect(ledger.entries.has(`intent/${idAt(1)}/#2`)).toBe(true);
  });

  it('and where it is not looked for, the verdict of this very intent is adopted all the same', async () => {
    const ledger = memoryLedger();
    await startControlRoom({ ledger }).run([message('old', { jobs: ['1', '2'] })]);
    const room = startControlRoom({ ledger });
    expect(await room.run([given('new', { jobs: ['1', '2'] })])).toEqual([]);
    expect(room.calls).toEqual([]);
    expect(outcomes(room.results)).toEqual(['1 delivered', '2 delivered']);
    expect(room.results[0]).toMatchObject({ evidence: 'positional', call: { size: 2 } });
  });
});

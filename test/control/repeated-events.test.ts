import { describe, expect, it } from 'vitest';
import type { Received } from '../../shared/control/received.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, outcomes, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { bodyOf, idAt, NOW, type Wish } from '../support/messages.ts';

const AT = Date.parse(NOW);
/** As the control room has it. */
const SETTLE_MS = 30_000;
const KEY = 'ab'.repeat(16);
const OTHER_KEY = 'cd'.repeat(16);

/** Fields of messages that a plain wish has not. */
interface More {
  readonly key?: string;
  readonly first?: number;
  readonly sentAt?: number;
  readonly event_id?: string;
  readonly after_name?: string;
  readonly sequence?: string;
}

const given = (id: string, wish: Wish, { sentAt, ...more }: More = {}, receives = 1): Received => ({
  ...message(id, JSON.stringify({ ...JSON.parse(bodyOf(wish)), first: 0, ...more }), receives),
  sentAt,
});

const numbered = (n: number): string => `n${String(n).padStart(20, '0')}`;
const STOP: Wish = { operation: 'dli.stop', options: { trigger_savepoint: true } };

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

describe('an event that is late', () => {
  it('is expired with the reason, and not called', async () => {
    const room = startControlRoom();
    const late = { accepted_at: NOW, expires_at: '2026-01-31T11:00:00.000Z' };
    expect(await room.run([given('late', late, { key: KEY })])).toEqual([]);
    expect(room.calls).toEqual([]);
    expect(room.results).toMatchObject([
      {
        outcome: 'expired',
        error: { code: 'too-old', message: /^The event is of 20.*Z: its deadline was over/ },
      },
    ]);
  });
});

describe('a clock that was ahead, and was corrected', () => {
  const ahead = (idText: string) => `ffff${idText.slice(4)}`;

  it('makes nothing stale: an intent is as old as its message', async () => {
    const room = startControlRoom({ now: () => AT, statusOf: () => 'job_running' });
    const body = bodyOf({ age: 1 }).replace(idAt(1), ahead(idAt(1)));
    expect(await room.run([{ ...message('ahead', body), sentAt: AT - 60_000 }])).toEqual([]);
    const stop = bodyOf({ age: 1, ...STOP }).replace('01890a5d-ac96', '019c1400-0000');
    expect(await room.run([{ ...message('stop', stop), sentAt: AT }])).toEqual([]);
    expect(room.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['run', 'stop']);
  });

  it('where it did, the log says so', async () => {
    const room = startControlRoom();
    const body = bodyOf({ age: 1 }).replace(idAt(1), ahead(idAt(1)));
    await room.run([
      message('old', { age: 1, options: { resume_savepoint: true } }),
      { ...message('ahead', body), sentAt: AT },
    ]);
    expect(room.results.find(({ outcome }) => outcome === 'superseded')).toBeDefined();
    expect(room.lines.find(({ level }) => level === 'warn')).toMatchObject({
      event: 'superseded by an intent of the future',
      fields: { jobs: 1, intents: [ahead(idAt(1))] },
    });
  });
});

describe('a sender’s own order', () => {
  it.each([
    ['in one batch', true],
    ['in batches of their own', false],
  ])('counts, whatever came first: %s', async (_, isTogether) => {
    const room = startControlRoom({ statusOf: () => 'job_running' });
    const higher = given('higher', { age: 1 }, { sequence: numbered(2) });
    const lower = given('lower', { age: 2, ...STOP }, { sequence: numbered(1) });
    if (isTogether) await room.run([lower, higher]);
    else for (const one of [higher, lower]) await room.run([one]);
    const lost = room.results.filter(({ outcome }) => outcome === 'superseded');
    if (isTogether) expect(room.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['stop']);
    else expect(lost).toMatchObject([{ intent_id: idAt(2), superseded_by: idAt(1) }]);
  });

  it('orders no other sender’s wishes', async () => {
    const room = startControlRoom();
    await room.run([given('a', { age: 1, caller: 'a' }, { sequence: numbered(9) })]);
    await room.run([given('b', { age: 2, caller: 'b', ...STOP }, { sequence: numbered(1) })]);
    expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
  });

  it('a higher one that was accepted first is carried out after a lower one was', async () => {
    const room = startControlRoom();
    await room.run([given('low', { age: 2 }, { sequence: numbered(1) })]);
    await room.run([given('high', { age: 1, ...STOP }, { sequence: numbered(2) })]);
    expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
    await room.run([given('old', { age: 0, caller: 'other' })]);
    expect(room.results.at(-1)).toMatchObject({ outcome: 'superseded', superseded_by: idAt(1) });
  });
});

describe('a run may name its stop by its event or its correlation id', () => {
  const run = (name: string, age: number) =>
    given('run', { age, options: { resume_savepoint: true } }, { after_name: name });

  it.each(['e-1', 'deploy 42'])(
    '%s: it waits for it, also where it was accepted first',
    async (name) => {
      const job = { status: 'job_running' };
      let at = AT;
      const room = startControlRoom({ statusOf: () => job.status, now: () => at });
      expect(await room.run([run(name, 1)])).toEqual(['run']);
      expect(room.calls).toEqual([]);
      const stop = given(
        'stop',
        { age: 2, ...STOP, correlation_id: 'deploy 42' },
        { event_id: 'e-1' },
      );
      expect(await room.run([stop])).toEqual([]);
      expect(await room.run([run(name, 1)])).toEqual(['run']);
      job.status = 'job_cancel_success';
      at += SETTLE_MS;
      expect(await room.run([run(name, 1)])).toEqual([]);
      expect(room.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['stop', 'run']);
      expect(outcomes(room.results)).toEqual(['131 delivered', '131 delivered']);
    },
  );

  it('each job follows the stop of its own, where several go by one name', async () => {
    const room = startControlRoom({ statusOf: () => 'job_cancel_success' });
    const stop = (age: number, jobs: readonly string[]) =>
      given(`stop ${age}`, { age, ...STOP, jobs, correlation_id: 'c' });
    await room.run([stop(1, ['1']), stop(4, ['2'])]);
    const both = given('run', { age: 2, jobs: ['1', '2', '3'] }, { after_name: 'c' });
    expect(await room.run([both])).toEqual(['run']);
    expect(room.calls.at(-1)?.jobs).toEqual(['1', '2']);
  });

  it('by the id of a receipt that another delivery of its event has made its own', async () => {
    let at = AT;
    const room = startControlRoom({ statusOf: () => 'job_cancel_success', now: () => at });
    await room.run([given('first', { age: 1, ...STOP }, { key: KEY })]);
    await room.run([given('again', { age: 5, ...STOP }, { key: KEY })]);
    at += SETTLE_MS;
    expect(await room.run([given('run', { age: 6, after: 5 })])).toEqual([]);
    expect(room.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['stop', 'run']);
  });

  it('by the id of a late delivery of a stop that was over by its sender’s own order', async () => {
    let at = AT;
    const room = startControlRoom({ statusOf: () => 'job_cancel_success', now: () => at });
    await room.run([given('high', { age: 1, ...STOP }, { sequence: numbered(5) })]);
    const low = { key: KEY, sequence: numbered(1) };
    expect(await room.run([given('low', { age: 500_000, ...STOP }, low)])).toEqual([]);
    expect(await room.run([given('again', { age: 500_001, ...STOP }, low)])).toEqual([]);
    at += SETTLE_MS;
    expect(await room.run([given('run', { age: 500_002, after: 500_001 })])).toEqual([]);
    expect(room.results.at(-1)).toMatchObject({ intent_id: idAt(500_002), outcome: 'delivered' });
  });

  it('a stop whose name the ledger has not taken waits, and so does what is beside it', async () => {
    const shared = memoryLedger();
    const ledger: Ledger = {
      ...shared,
      write: async (entry, seen) =>
        entry.key.startsWith('name/') ? 'unknown' : shared.write(entry, seen),
    };
    const room = startControlRoom({ ledger });
    const stop = given('stop', { age: 1, ...STOP, correlation_id: 'c' });
    expect(await room.run([stop, given('run', { age: 2 })])).toEqual(['stop', 'run']);
    expect(room.calls).toEqual([]);
  });

  it('a run of a clock that was ahead makes no newer run stale by the stop that it names, which is not known', async () => {
    const room = startControlRoom();
    const sentAt = timeOf(idAt(0)) - 3_600_000;
    const run = given('run', { age: 2, after: 1 }, { sentAt });
    const newer = given('newer', { age: 3 }, { sentAt: sentAt + 50 });
    expect(await room.run([run, newer])).toEqual([]);
    expect(room.results).toMatchObject([
      { intent_id: idAt(2), outcome: 'superseded', superseded_by: idAt(3) },
      { intent_id: idAt(3), outcome: 'delivered' },
    ]);
  });

  it('a run of a lower sequence follows the stop that it names, whatever that makes of its age', async () => {
    let at = AT;
    const room = startControlRoom({ statusOf: () => 'job_cancel_success', now: () => at });
    await room.run([given('last', { age: 1 }, { sequence: numbered(5) })]);
    await room.run([given('stop', { age: 500_000, ...STOP })]);
    at += SETTLE_MS;
    const run = { age: 500_001, after: 500_000 };
    expect(await room.run([given('run', run, { sequence: numbered(1) })])).toEqual([]);
    expect(room.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['run', 'stop', 'run']);
  });

  it('a name that no intent ever has is told at the deadline', async () => {
    const room = startControlRoom();
    const late = { age: 2, expires_at: '2026-01-31T11:59:30.000Z' };
    expect(await room.run([given('run', late, { after_name: 'nobody' })])).toEqual([]);
    expect(room.results).toMatchObject([{ outcome: 'expired', error: { code: 'not-begun' } }]);
  });
});

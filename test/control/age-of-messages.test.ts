import { describe, expect, it } from 'vitest';
import { timeOf } from '../../shared/intent/intent.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, outcomes, startControlRoom } from '../support/control-room.ts';
import { given, KEY, STOP } from '../support/given-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { bodyOf, idAt, NOW } from '../support/messages.ts';

const AT = Date.parse(NOW);

/** As the control room has it. */
const SETTLE_MS = 30_000;
const numbered = (n: number): string => `n${String(n).padStart(20, '0')}`;

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

  it.each([
    ['in one batch', true],
    ['in batches of their own', false],
  ])('where it did, the log says so: %s', async (_, isTogether) => {
    const room = startControlRoom();
    const body = bodyOf({ age: 1 }).replace(idAt(1), ahead(idAt(1)));
    const old = message('old', { age: 1, options: { resume_savepoint: true } });
    const newer = { ...message('ahead', body), sentAt: AT };
    for (const batch of isTogether ? [[old, newer]] : [[newer], [old]]) await room.run(batch);
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

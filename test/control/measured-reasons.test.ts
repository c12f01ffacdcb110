import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, refusal, startControlRoom, YES } from '../support/control-room.ts';
import { valuesOf } from '../support/measured-values.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { bodyOf, NOW, PROJECT } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const MINUTE = 60_000;

const DOWN = replied(503, refusal('APIGW.0000'));

/** A ledger that is out of reach from its n-th read on. */
const readsUpTo = (reads: number): Ledger => {
  const inner = memoryLedger();
  let left = reads;
  return {
    read: async (keys) => (left-- > 0 ? inner.read(keys) : undefined),
    write: inner.write,
  };
};

describe('each message that is given back has one reason', () => {
  const TWO = [YES, {}];

  it('a request had no answer that tells', async () => {
    const { run, measured } = startControlRoom({ reply: () => replied(200, TWO) });
    await run([message('m1', { jobs: ['1', '2'] })]);
    expect(valuesOf(measured(), 'GivenBack')).toEqual({ unanswered: [1] });
  });

  it('the time for requests was over', async () => {
    const { run, measured } = startControlRoom({ remainingMs: () => 0 });
    await run([message('m1', {})]);
    expect(valuesOf(measured(), 'GivenBack')).toEqual({ 'no-time': [1] });
  });

  it('it waits for the end of a stop', async () => {
    const { run, measured } = startControlRoom({ statusOf: () => 'job_running' });
    await run([
      message('m1', { age: 1, operation: 'dli.stop' }),
      message('m2', { age: 2, operation: 'dli.run' }),
    ]);
    expect(valuesOf(measured(), 'GivenBack')).toEqual({ waiting: [1] });
  });

  it('the bus did not take its results', async () => {
    const { run, measured } = startControlRoom({ publishes: ({ job_id }) => job_id !== '2' });
    await run([message('m1', { jobs: ['1', '2'] })]);
    const found = measured();
    expect(valuesOf(found, 'GivenBack')).toEqual({ bus: [1] });
    expect(valuesOf(found, 'BusFailures')).toEqual({ '': [1] });
    expect(valuesOf(found, 'Results')).toEqual({ delivered: [1] });
  });

  it('it has failed, and the dead-letter queue did not take it', async () => {
    const { run, measured } = startControlRoom({
      reply: () => DOWN,
      limits: { maxReceives: 5 },
      takesDeadLetters: () => false,
    });
    await run([message('m1', {}, 5)]);
    expect(valuesOf(measured(), 'GivenBack')).toEqual({ 'dead-letters': [1] });
  });

  it('the ledger is out of reach', async () => {
    const { run, measured } = startControlRoom({ ledger: readsUpTo(0) });
    await run([message('m1', {})]);
    const found = measured();
    expect(valuesOf(found, 'GivenBack')).toEqual({ ledger: [1] });
    expect(valuesOf(found, 'LedgerFailures')['']?.[0]).toBeGreaterThan(0);
  });

  it('a later release wrote it', async () => {
    const { run, measured } = startControlRoom();
    await run([{ ...message('m1', bodyOf({}).replace('"v":1', '"v":2')), sentAt: AT - MINUTE }]);
    const found = measured();
    expect(valuesOf(found, 'GivenBack')).toEqual({ 'later-release': [1] });
    expect(valuesOf(found, 'OldestOpenIntent')).toEqual({ '': [60] });
  });

  it('the ledger takes no verdict', async () => {
    const inner = memoryLedger();
    const ledger: Ledger = {
      read: inner.read,
      write: async (entry, seen) =>
        entry.key.startsWith('intent/') ? 'unknown' : inner.write(entry, seen),
    };
    const { run, measured } = startControlRoom({ ledger });
    await run([message('m1', {})]);
    expect(valuesOf(measured(), 'GivenBack')).toEqual({ ledger: [1] });
  });

  it('another invocation works on its job', async () => {
    const ledger = memoryLedger();
    const never = new Promise<never>(() => undefined);
    const first = startControlRoom({ ledger, ids: 'first', reply: () => never });
    void first.run([message('m1', { age: 1, project_id: PROJECT })]);
    await new Promise((then) => setTimeout(then, 20));
    const second = startControlRoom({ ledger, ids: 'second' });
    await second.run([message('m2', { age: 2, options: { resume_savepoint: true } })]);
    expect(valuesOf(second.measured(), 'GivenBack')).toEqual({ elsewhere: [1] });
  });
});

import { describe, expect, it } from 'vitest';
import { message, refusal, startControlRoom, YES } from '../support/control-room.ts';
import { valuesOf } from '../support/measured-values.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const MINUTE = 60_000;

const minutesAgo = (minutes: number): string => new Date(AT - minutes * MINUTE).toISOString();

const DOWN = replied(503, refusal('APIGW.0000'));

describe('what a batch brings is counted', () => {
  it('results by outcome, and how long they took', async () => {
    const { run, measured } = startControlRoom({
      reply: ({ jobs }) =>
        replied(
          200,
          jobs.map((job) => (job === '3' ? refusal('DLI.0002') : YES)),
        ),
    });
    await run([
      message('m1', { age: 1, jobs: ['1', '2', '3'], accepted_at: minutesAgo(2) }),
      message('m2', { age: 2, jobs: ['4'], accepted_at: minutesAgo(1) }),
    ]);
    const found = measured();
    expect(valuesOf(found, 'Results')).toEqual({ delivered: [3], rejected: [1] });
    // Jobs of one intent that were settled together count once.
    expect(valuesOf(found, 'TimeToVerdict')).toEqual({ '': [2 * MINUTE, MINUTE] });
    expect(valuesOf(found, 'QueueWait')).toEqual({ '': [2 * MINUTE, MINUTE] });
  });

  it('calls that it needs, how full they are, and calls that went out', async () => {
    const { run, measured } = startControlRoom({ maxJobsPerCall: 2 });
    await run([message('m1', { jobs: ['1', '2', '3'] })]);
    const found = measured();
    expect(valuesOf(found, 'CallsNeeded')).toEqual({ '': [2] });
    expect(valuesOf(found, 'FillRatio')).toEqual({ '': [100, 50] });
    expect(valuesOf(found, 'CallsSent')).toEqual({ '': [2] });
  });

  it('each by its operation', async () => {
    const { run, measured } = startControlRoom();
    await run([message('m1', { operation: 'dli.stop' })]);
    const found = measured();
    for (const name of ['Results', 'TimeToVerdict', 'QueueWait', 'CallsNeeded', 'FillRatio'])
      expect(found.filter((one) => one.name === name)).toMatchObject([
        { dimensions: { operation: 'dli.stop' } },
      ]);
  });

  it('a call that is just full is one', async () => {
    const { run, measured } = startControlRoom({ maxJobsPerCall: 2 });
    await run([message('m1', { jobs: ['1', '2'] })]);
    const found = measured();
    expect(valuesOf(found, 'CallsNeeded')).toEqual({ '': [1] });
    expect(valuesOf(found, 'FillRatio')).toEqual({ '': [100] });
  });

  it('no failure where there is none', async () => {
    const { run, measured } = startControlRoom({ reply: () => DOWN });
    await run([message('m1', {}), message('m2', 'not JSON')]);
    const served = startControlRoom();
    await served.run([message('m3', {})]);
    const names = [...measured(), ...served.measured()].map(({ name }) => name);
    expect(names).toContain('Results');
    expect(names).toContain('GivenBack');
    expect(names.filter((name) => name.endsWith('Failures'))).toEqual([]);
  });

  it('calls that take a refused one apart too', async () => {
    const { run, measured, calls } = startControlRoom({
      reply: ({ jobs }) =>
        jobs.includes('1')
          ? replied(400, refusal('DLI.0001'))
          : replied(
              200,
              jobs.map(() => YES),
            ),
    });
    await run([message('m1', { jobs: ['1', '2', '3', '4'] })]);
    const found = measured();
    expect(valuesOf(found, 'CallsNeeded')).toEqual({ '': [1] });
    expect(calls.length).toBeGreaterThan(1);
    expect(valuesOf(found, 'CallsSent')).toEqual({ '': [calls.length] });
  });

  it('dead letters, by why', async () => {
    const { run, measured } = startControlRoom({ limits: { maxReceives: 5 }, reply: () => DOWN });
    await run([message('m1', 'not JSON'), message('m2', { jobs: ['1'] }, 5), message('m3', '[]')]);
    expect(valuesOf(measured(), 'DeadLettered')).toEqual({ unreadable: [2], failed: [1] });
  });
});

describe('what a batch leaves open is told of', () => {
  it('the age of the oldest intent, however its message came', async () => {
    const { run, measured } = startControlRoom({ reply: () => DOWN });
    await run([
      message('m1', { age: 1, jobs: ['1'], accepted_at: minutesAgo(90) }, 40),
      message('m2', { age: 2, jobs: ['2'], accepted_at: minutesAgo(1) }),
    ]);
    const ages = Object.values(valuesOf(measured(), 'OldestOpenIntent')).flat();
    expect(Math.max(...ages)).toBe(90 * 60);
  });

  it('since its acceptance, whenever the queue took it; by the queue where nothing else tells', async () => {
    const ageOf = async (body: string | undefined, sentAt: number | undefined) => {
      const { run, measured } = startControlRoom({
        reply: () => DOWN,
        takesDeadLetters: () => false,
      });
      const wish = body ?? { accepted_at: minutesAgo(2) };
      await run([{ ...message('m1', wish), sentAt }]);
      return valuesOf(measured(), 'OldestOpenIntent');
    };
    expect(await ageOf(undefined, AT - 5 * MINUTE)).toEqual({ '': [120] });
    expect(await ageOf('not JSON', undefined)).toEqual({ '': [0] });
  });

  it('no age, if nothing is left', async () => {
    const { run, measured } = startControlRoom();
    await run([message('m1', { jobs: ['1'], accepted_at: minutesAgo(90) })]);
    expect(valuesOf(measured(), 'OldestOpenIntent')).toEqual({ '': [0] });
  });

  it('the age of a message that cannot be read, and cannot be moved', async () => {
    const { run, measured } = startControlRoom({ takesDeadLetters: () => false });
    await run([{ ...message('m1', 'not JSON'), sentAt: AT - MINUTE }]);
    const found = measured();
    expect(valuesOf(found, 'OldestOpenIntent')).toEqual({ '': [60] });
    expect(valuesOf(found, 'GivenBack')).toEqual({ 'dead-letters': [1] });
    expect(valuesOf(found, 'QueueFailures')).toEqual({ '': [1] });
  });

  it('circuit breakers that are open: how many, for how long, and until when', async () => {
    const ledger = memoryLedger();
    const clock = { at: AT };
    const room = () => startControlRoom({ ledger, between: () => DOWN, now: () => clock.at });
    const first = room();
    await first.run([message('m1', { jobs: ['1'] })]);
    expect(valuesOf(first.measured(), 'BreakerOpenSeconds')).toEqual({ '': [0] });
    clock.at += 20 * MINUTE;
    const later = room();
    await later.run([message('m1', { jobs: ['1'] }, 2)]);
    const found = later.measured();
    expect(valuesOf(found, 'BreakersOpen')).toEqual({ '': [1] });
    expect(valuesOf(found, 'BreakerOpenSeconds')).toEqual({ '': [20 * 60] });
    expect(valuesOf(found, 'BreakerWaitSeconds')['']?.[0]).toBeGreaterThan(0);
    expect(valuesOf(found, 'GivenBack')).toEqual({ paused: [1] });
  });

  it('no circuit breaker, if none is open', async () => {
    const { run, measured } = startControlRoom();
    await run([message('m1', {})]);
    const found = measured();
    for (const name of ['BreakersOpen', 'BreakerOpenSeconds', 'BreakerWaitSeconds'])
      expect(valuesOf(found, name)).toEqual({ '': [0] });
  });
});

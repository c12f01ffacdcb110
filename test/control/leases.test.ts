import { describe, expect, it } from 'vitest';
import { agree, message, refusal, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const LEASE_SECONDS = 60;
const SETTLE_SECONDS = 30;

describe('a message that can but wait for a request that may take effect comes back when it cannot any more', () => {
  it('at once after silence, and when it is received too early', async () => {
    let at = AT;
    const { run, postponed } = startControlRoom({
      now: () => at,
      reply: () => ({ kind: 'silent', reason: 'timeout' }),
    });
    const given = (receives: number) => [message('m', { jobs: ['1', '2'] }, receives)];
    expect(await run(given(1))).toEqual(['m']);
    expect(postponed.get('m')).toBe(SETTLE_SECONDS);
    at += 18_000;
    // By its count alone it would have to wait for a quarter of an hour.
    expect(await run(given(20))).toEqual(['m']);
    expect(postponed.get('m')).toBe(SETTLE_SECONDS - 18);
  });

  it('also one whose job another invocation called in vain', async () => {
    const { run, postponed } = startControlRoom({ reply: () => replied(200, '<html>') });
    await run([message('m', { jobs: ['1'] })]);
    await run([message('n', { age: 2, jobs: ['1'] })]);
    expect(postponed.get('n')).toBe(SETTLE_SECONDS);
  });

  it('after the whole lease where the record does not tell when the request ended', async () => {
    const { run, postponed } = startControlRoom({
      reply: () => replied(200, '<html>'),
      limits: { recordsEnds: false },
    });
    await run([message('m', { jobs: ['1'] })]);
    await run([message('n', { age: 2, jobs: ['1'] })]);
    expect([...postponed]).toEqual([
      ['m', LEASE_SECONDS],
      ['n', LEASE_SECONDS],
    ]);
  });

  it.each([1, 4])('but not if one of its jobs may be served sooner', async (receives) => {
    const { run, postponed } = startControlRoom({
      reply: () => replied(400, [refusal('DRS.M01504'), { new: 1 }]),
    });
    await run([message('m', { jobs: ['1', '2'] }, receives)]);
    expect(postponed.get('m')).toBe(2 ** receives);
  });

  it('and later where the upstream asks for a longer pause', async () => {
    const { run, postponed } = startControlRoom({
      reply: () => replied(503, '', { retryAfter: LEASE_SECONDS + 30 }),
    });
    await run([message('m', { jobs: ['1'] })]);
    expect(postponed.get('m')).toBe(LEASE_SECONDS + 30);
  });
});

describe('a message that waits for no lease comes back the later, the oftener it was given', () => {
  it.each([1, 6])('one whose results the bus does not take, given %i times', async (receives) => {
    const { run, postponed } = startControlRoom({ publishes: () => false });
    expect(await run([message('m', { jobs: ['1'] }, receives)])).toEqual(['m']);
    expect(postponed.get('m')).toBe(2 ** receives);
  });
});

describe('one whose job another invocation has claimed may go on at any time', () => {
  it.each([1, 6])('it comes back as soon as any other, given %i times', async (receives) => {
    const ledger = memoryLedger();
    const inFlight = Promise.withResolvers<void>();
    const sent = Promise.withResolvers<void>();
    const { run, postponed } = startControlRoom({
      ledger,
      reply: async (call) => {
        sent.resolve();
        await inFlight.promise;
        return agree(call);
      },
    });
    const first = run([message('m', { jobs: ['1'] })]);
    await sent.promise;
    expect(await run([message('n', { age: 2, jobs: ['1'] }, receives)])).toEqual(['n']);
    expect(postponed.get('n')).toBe(2 ** receives);
    inFlight.resolve();
    await first;
  });
});

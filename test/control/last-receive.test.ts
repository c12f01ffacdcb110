import { describe, expect, it } from 'vitest';
import {
  agree,
  message,
  outcomes,
  refusal,
  startControlRoom,
  YES,
} from '../support/control-room.ts';
import { given as givenAs } from '../support/given-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const LAST = 5;
/** The queue gives it twice more, so that a fault on this last try does not leave it untold. */
const limits = { maxReceives: LAST + 2 };
const REASON = 'failed: the receive count ran out before every job had a verdict';
/** What came back the last time is said as well. */
const LAST_REASON = new RegExp(`^${REASON}; the last time: DRS\\.M01504`);
/** Busy with each of these jobs: no other job is refused for it. */
const busy = () => replied(400, [refusal('DRS.M01504')]);

/** A room whose upstream is busy until it is told otherwise. */
const begin = (options: Parameters<typeof startControlRoom>[0] = {}) => {
  const upstream = { busy: true };
  const room = startControlRoom({
    limits,
    reply: (call) => (upstream.busy ? busy() : agree(call)),
    ...options,
  });
  return { ...room, upstream };
};

const given = (receives: number) => message('m', { jobs: ['1', '2'] }, receives);

describe('when the queue gives a message for the last time', () => {
  it('one failed job of all of its blocks is enough to keep the message', async () => {
    const jobs = Array.from({ length: 150 }, (_, i) => String(i));
    const room = startControlRoom({
      limits,
      reply: (call) =>
        replied(
          200,
          call.jobs.map((job) => (job === '149' ? {} : YES)),
        ),
    });
    expect(await room.run([givenAs('m', { jobs }, {}, LAST)])).toEqual([]);
    expect(room.deadLettered.map(([{ messageId }]) => messageId)).toEqual(['m']);
    expect(room.results.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
  });

  it('what is open has failed: told on the bus, and the message is kept with a reason', async () => {
    const { run, results, deadLettered, calls } = begin();
    expect(await run([given(LAST - 1)])).toEqual(['m']);
    expect([results, deadLettered]).toEqual([[], []]);

    expect(await run([given(LAST)])).toEqual([]);
    expect(calls).toHaveLength(2);
    expect(outcomes(results)).toEqual(['1 failed', '2 failed']);
    expect(results[0]).toMatchObject({
      error: { code: 'attempts-exhausted', message: expect.stringMatching(LAST_REASON) },
    });
    expect(deadLettered).toEqual([[given(LAST), REASON]]);
  });

  it('it is tried once more first, and what that settles has not failed', async () => {
    const { run, results, deadLettered } = begin({
      reply: () => replied(400, [YES, refusal('DLI.0013')]),
    });
    expect(await run([given(LAST)])).toEqual([]);
    expect(outcomes(results)).toEqual(['1 delivered', '2 failed']);
    expect(deadLettered).toHaveLength(1);
  });

  it('one that is done then is done, and not kept', async () => {
    const { run, upstream, results, deadLettered } = begin();
    upstream.busy = false;
    expect(await run([given(LAST)])).toEqual([]);
    expect(outcomes(results)).toEqual(['1 delivered', '2 delivered']);
    expect(deadLettered).toEqual([]);
  });

  it.each<[string, Parameters<typeof begin>[0]]>([
    ['recorded', { ledger: { ...memoryLedger(), write: async () => 'unknown' } }],
    ['read', { ledger: { ...memoryLedger(), read: async () => undefined } }],
    ['published', { publishes: () => false }],
    ['dead-lettered', { takesDeadLetters: () => false }],
  ])('where that cannot be %s the message stays, and is kept next time', async (_, trouble) => {
    const ledger = memoryLedger();
    const first = begin({ ledger, ...trouble });
    expect(await first.run([given(LAST)])).toEqual(['m']);
    const { run, results, deadLettered } = begin({ ledger });
    expect(await run([given(LAST + 1)])).toEqual([]);
    expect(deadLettered).toEqual([[given(LAST + 1), REASON]]);
    const told = new Set(outcomes([...first.results, ...results]));
    expect([...told]).toEqual(['1 failed', '2 failed']);
  });
});

describe('a message that comes back from the dead-letter queue', () => {
  it('has its results told again, or not, and is done: nothing is called, nothing kept twice', async () => {
    const { run, upstream, calls, results, deadLettered } = begin();
    await run([given(LAST)]);
    upstream.busy = false;
    const before = [...results];
    for (const receives of [1, 2]) expect(await run([given(receives)])).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(deadLettered).toHaveLength(1);
    for (const result of results) expect(before).toContainEqual(result);
  });

  it('one that could not be told of when it failed is told of now', async () => {
    let busTakes = false;
    const { run, upstream, calls, results } = begin({ publishes: () => busTakes });
    await run([given(LAST)]);
    [upstream.busy, busTakes] = [false, true];
    expect(await run([given(1)])).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(outcomes(results)).toEqual(['1 failed', '2 failed']);
  });

  it('a new intent for those jobs is a new attempt', async () => {
    const { run, upstream, results } = begin();
    await run([given(LAST)]);
    upstream.busy = false;
    expect(await run([message('n', { age: 2, jobs: ['1', '2'] })])).toEqual([]);
    expect(outcomes(results.filter(({ intent_id }) => intent_id === idAt(2)))).toEqual([
      '1 delivered',
      '2 delivered',
    ]);
  });
});

describe('a verdict that rests on nothing seen leaves open what became of a request (P4)', () => {
  const LEASE = 60_000;

  it.each<[string, { expires_at?: string }, number, number]>([
    ['failed', {}, LAST, 2],
    // No look showed what became of it, for as long as that is tried.
    [
      'expired',
      { expires_at: new Date(Date.parse(NOW) + 1).toISOString() },
      2,
      LEASE + 30 * 60_000 + 1,
    ],
  ])('%s after silence: the next intent looks first', async (outcome, wish, receives, later) => {
    let at = Date.parse(NOW);
    let silent = true;
    const { run, calls, looks, results } = startControlRoom({
      limits,
      now: () => at,
      statusOf: () => (silent ? undefined : 'job_running'),
      reply: (call) => (silent ? { kind: 'silent', reason: 'timeout' } : agree(call)),
    });
    const old = { age: 1, jobs: ['1'], ...wish };
    await run([message('m', old, outcome === 'failed' ? LAST : 1)]);
    at += later;
    await run([message('m', old, receives)]);
    expect(outcomes(results)).toContain(`1 ${outcome}`);

    silent = false;
    looks.splice(0);
    at += LEASE;
    const newer = [message('n', { age: 2, jobs: ['1'] })];
    expect(await run(newer)).toEqual([]);
    expect([calls.length, looks]).toEqual([1, [['1']]]);
    expect(results.at(-1)).toMatchObject({ intent_id: idAt(2), evidence: 'observed' });
  });

  it('past its deadline a job is expired without a call, however often it was tried', async () => {
    let at = Date.parse(NOW);
    const { run, calls, results } = startControlRoom({ now: () => at, reply: busy });
    const wish = { jobs: ['1'], expires_at: new Date(at + 1_000).toISOString() };
    expect(await run([message('m', wish, 1)])).toEqual(['m']);
    at += 1_000;
    expect(await run([message('m', wish, 2)])).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(outcomes(results)).toEqual(['1 expired']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import { agree, message, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { redeliver } from '../support/redelivery.ts';
import { replied } from '../support/replies.ts';

const AT = Date.parse(NOW);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const busy = replied(400, { error_code: 'DRS.M01504', error_msg: 'try again later' });
const html = replied(200, '<html>maintenance</html>');
const silence: Reply = { kind: 'silent', reason: 'timeout' };

/** One message whose call is answered so, until its deadline has passed; each invocation may be another process. */
const expire = async (replies: readonly Reply[], status: string | undefined) => {
  const ledger = memoryLedger();
  const clock = { at: AT };
  const expires_at = new Date(AT + 100 * SECOND).toISOString();
  const left = [...replies];
  const results = [];
  const calls: string[] = [];
  for (let receives = 1; receives < 100; receives++) {
    const room = startControlRoom({
      ledger,
      ids: `process ${receives}`,
      now: () => clock.at,
      statusOf: () => status,
      reply: (call) => {
        calls.push(call.path);
        return (left.length > 1 ? left.shift() : left[0]) ?? agree(call);
      },
    });
    const staying = await room.run([message('m', { jobs: ['1', '2'], expires_at }, receives)]);
    results.push(...room.results);
    if (staying.length === 0) break;
    clock.at += (room.postponed.get('m') ?? Number.NaN) * SECOND;
  }
  return { results, calls };
};

describe('a job that expires after requests in vain says why', () => {
  it.each<[title: string, replies: readonly Reply[], status: string | undefined, why: string]>([
    ['the upstream was busy', [busy], undefined, 'try again later'],
    ['its answer could not be read', [html], 'job_init', '200: not a reply of the service'],
    ['there was no answer', [silence], 'job_init', 'timeout'],
    ['there was none, then it was busy', [silence, busy], 'job_init', 'try again later'],
    ['it was busy, then there was none', [busy, silence], 'job_init', 'timeout'],
  ])('%s', async (_, replies, status, why) => {
    const { results, calls } = await expire(replies, status);
    expect(calls.length).toBeGreaterThanOrEqual(replies.length);
    expect(results.map(({ job_id, outcome, error }) => [job_id, outcome, error?.code])).toEqual([
      ['1', 'expired', 'unanswered'],
      ['2', 'expired', 'unanswered'],
    ]);
    for (const { error } of results) expect(error?.message).toContain(why);
  });

  it.each(['', 'a'])('in few enough characters, and whole ones: %s🙂…', async (before) => {
    const long = { error_code: 'DRS.M01504', error_msg: `${before}${'🙂'.repeat(4_000)}` };
    const { results } = await expire([replied(400, long)], undefined);
    for (const { error } of results) {
      expect(error?.message.length).toBeLessThanOrEqual(200);
      expect(error?.message.isWellFormed()).toBe(true);
    }
  });

  it('one that was never asked for has nothing to say', async () => {
    const { run, results } = startControlRoom();
    await run([message('m', { expires_at: NOW })]);
    expect(results.map(({ outcome, error }) => [outcome, error])).toEqual([['expired', undefined]]);
  });

  it('nor has one beside another that was asked for in vain', async () => {
    const clock = { at: AT };
    const expires_at = new Date(AT + 10 * SECOND).toISOString();
    const batch = [message('m', { jobs: ['1', '2'], expires_at })];
    const { run, results } = startControlRoom({
      now: () => clock.at,
      maxJobsPerCall: 1,
      // The first call takes all the time there is.
      remainingMs: () => (clock.at > AT ? 1_000 : 60_000),
      callConcurrency: 1,
      reply: () => {
        clock.at += SECOND;
        return busy;
      },
    });
    await run(batch);
    clock.at += HOUR;
    await run(batch);
    expect(results.map(({ job_id, error }) => [job_id, error?.code])).toEqual([
      ['1', 'unanswered'],
      ['2', undefined],
    ]);
  });
});

describe('a job that is never answered does not use up the receives of its message', () => {
  it.each<[title: string, reply: Reply, status: string | undefined]>([
    ['it is called again and again', html, 'job_init'],
    ['it is looked at again and again', html, undefined],
    ['each call goes without a reply', silence, 'job_init'],
    ['the upstream is busy with it', busy, undefined],
  ])('a day takes a fifth of them at the shortest waits: %s', async (_, reply, status) => {
    const clock = { at: AT };
    const room = startControlRoom({
      now: () => clock.at,
      statusOf: () => status,
      reply: () => reply,
      limits: { maxReceives: 1_000 },
    });
    const expires_at = new Date(AT + 24 * HOUR).toISOString();
    const waits = await redeliver(room, clock, (receives) =>
      message('m', { jobs: ['1'], expires_at }, receives),
    );
    expect(waits.length).toBeLessThan(210);
    // Half of the longest one, where no jitter is added.
    expect(Math.min(...waits.slice(10))).toBe(450);
    const grown = waits.slice(1);
    expect(grown).toEqual(grown.toSorted((a, b) => a - b));
    expect(room.results.map(({ outcome }) => outcome)).toEqual(['expired']);
  });
});

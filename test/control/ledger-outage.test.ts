import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { message, startControlRoom, YES } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

describe('without the ledger nothing is called, and nothing lost', () => {
  const batch = [
    message('m1', { jobs: ['1'] }),
    message('m2', 'unreadable'),
    message('m3', { age: 2 }),
  ];

  it.each<[string, Partial<Ledger>]>([
    ['cannot be read', { read: async () => undefined }],
    ['cannot be written', { write: async () => 'unknown' }],
  ])(
    'it %s: everything comes back, what is unreadable is dead-lettered all the same',
    async (_, trouble) => {
      const { run, calls, results, deadLettered, postponed } = startControlRoom({
        ledger: { ...memoryLedger(), ...trouble },
      });
      expect(await run(batch)).toEqual(['m1', 'm3']);
      expect([calls, results]).toEqual([[], []]);
      expect(deadLettered.map(([{ messageId }]) => messageId)).toEqual(['m2']);
      expect([...postponed.keys()]).toEqual(['m1', 'm3']);
    },
  );

  it('also what needs no call: an expired job is told of when it can be recorded', async () => {
    const late = [message('m', { expires_at: NOW })];
    const down = startControlRoom({ ledger: { ...memoryLedger(), write: async () => 'unknown' } });
    expect(await down.run(late)).toEqual(['m']);
    expect(down.results).toEqual([]);
  });
});

describe('a record that a later release wrote holds up what it is about, and nothing else', () => {
  const batch = [message('m1', { jobs: ['1'] }), message('m2', { age: 2, jobs: ['2'] })];
  const newer = [...batch, message('m4', { age: 9, jobs: ['1', '131'] })];

  /** A ledger that knows `batch`, carried out and not told of, with one record rewritten as to come. */
  const afterUpgrade = async (prefix: string) => {
    const ledger = memoryLedger();
    await startControlRoom({ ledger, publishes: () => false }).run(batch);
    const entry = [...ledger.entries.values()].find(({ key }) => key.startsWith(prefix));
    if (entry === undefined) throw new Error('no entry');
    const body = '{"v":2,"all":"new"}';
    await ledger.write({ ...entry, body, version: 'theirs', expiresAt: 0 }, entry.version);
    const theirs = () => ledger.entries.get(entry.key);
    return { ledger, theirs };
  };

  it.each([
    // Its verdict on job 1 cannot be read, so the state of job 1 is unknown.
    ['intent', ['m1', 'm4'], ['2', '131']],
    ['job', ['m4'], ['1', '2', '131']],
  ])('of %s: it stays as it is, and its messages queued', async (prefix, staying, told) => {
    const { ledger, theirs } = await afterUpgrade(prefix);
    const { run, calls, results, lines } = startControlRoom({ ledger });
    expect(await run(newer)).toEqual(staying);
    expect(calls.map(({ jobs }) => jobs)).toEqual([['131']]);
    expect(results.map(({ job_id }) => job_id)).toEqual(told);
    expect(theirs()).toMatchObject({ version: 'theirs' });
    const warned = lines.filter(({ event }) => event === 'records of an unknown version');
    expect(warned[0]?.fields).toMatchObject({ records: 1, keys: [theirs()?.key] });
  });

  it('also when it is met only when a verdict is written down', async () => {
    const memory = memoryLedger();
    const { run, calls, results } = startControlRoom({
      ledger: memory,
      reply: async ({ jobs }) => {
        const key = [...memory.entries.values()]
          .map(({ body }) => /"part":"([^"]+)"/.exec(body)?.[1])
          .find((part) => part !== undefined);
        if (key === undefined) throw new Error('no claim');
        await memory.write({ key, version: 'theirs', body: '{"v":2}', expiresAt: 0 }, undefined);
        return replied(
          200,
          jobs.map(() => YES),
        );
      },
    });
    expect(await run([message('m', { jobs: ['1'] })])).toEqual(['m']);
    expect([calls.length, results]).toEqual([1, []]);
  });

  it('of a circuit breaker: it is closed, until a refusal opens it', async () => {
    const ledger = memoryLedger();
    const reply = () => replied(503, '');
    const down = startControlRoom({ ledger, reply, replyToLook: reply });
    await down.run([message('a', { jobs: ['1'] })]);
    const entry = [...ledger.entries.values()].find(({ key }) => key.startsWith('cool/'));
    if (entry === undefined) throw new Error('no breaker record');
    const theirs = { ...entry, body: '{"v":2}', version: 'theirs', expiresAt: 0 };
    await ledger.write(theirs, entry.version);
    const again = startControlRoom({ ledger, reply, replyToLook: reply });
    await again.run([message('b', { age: 3, jobs: ['2'] })]);
    expect(again.calls).toHaveLength(1);
    expect(ledger.entries.get(entry.key)?.version).not.toBe('theirs');
  });
});

import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/core/ledger.ts';
import { MisconfiguredError } from '../../shared/core/settings.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';

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
    'it %s: everything comes back, what is unreadable is buried all the same',
    async (_, trouble) => {
      const { run, calls, results, buried, postponed } = startControlRoom({
        ledger: { ...memoryLedger(), ...trouble },
      });
      expect(await run(batch)).toEqual(['m1', 'm3']);
      expect([calls, results]).toEqual([[], []]);
      expect(buried.map(([{ messageId }]) => messageId)).toEqual(['m2']);
      expect([...postponed.keys()]).toEqual(['m1', 'm3']);
    },
  );

  it('also what needs no call: an expired job is told of when it can be recorded', async () => {
    const late = [message('m', { expires_at: NOW })];
    const down = startControlRoom({ ledger: { ...memoryLedger(), write: async () => 'unknown' } });
    expect(await down.run(late)).toEqual(['m']);
    expect(down.results).toEqual([]);
  });

  it.each(['intent', 'job'])(
    'a record of %s of a version to come: one clear error',
    async (kind) => {
      const ledger = memoryLedger();
      const first = startControlRoom({ ledger, publishes: () => false });
      await first.run(batch);
      const entry = [...ledger.entries.values()].find(({ key }) => key.startsWith(kind));
      if (entry === undefined) throw new Error('no entry');
      await ledger.write({ ...entry, body: '{"v":2,"all":"new"}', expiresAt: 0 }, entry.version);
      const { run, calls, results } = startControlRoom({ ledger });
      const newer = [...batch, message('m4', { age: 9, jobs: ['1', '131'] })];
      await expect(run(newer)).rejects.toThrow(MisconfiguredError);
      await expect(run(newer)).rejects.toThrow(entry.key);
      expect([calls, results]).toEqual([[], []]);
    },
  );
});

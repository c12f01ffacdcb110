import { v7 as newId } from 'uuid';
import { makeControlLoop } from '../shared/control/control.ts';
import { SILENT_LOG } from '../shared/json/log.ts';
import type { Entry, Ledger } from '../shared/ledger/ledger.ts';
import { agree, LIMITS } from './ledger.ts';

const openMemoryLedger = (): Ledger => {
  const entries = new Map<string, Entry>();
  return {
    read: async (keys) =>
      new Map(keys.flatMap((key) => entries.get(key) ?? []).map((entry) => [entry.key, entry])),
    write: async (entry, seen) => {
      if (entries.get(entry.key)?.version !== seen) return 'lost';
      entries.set(entry.key, entry);
      return 'written';
    },
  };
};

/** Takes the bodies of one batch. Rejects if a message comes back. */
export type Handle = (bodies: readonly string[]) => Promise<void>;

/** The control loop alone: a ledger in memory, an upstream that agrees, and a bus that takes all. */
export const openLoop = (): Handle => {
  const control = makeControlLoop(
    {
      ledger: openMemoryLedger(),
      identify: async () => ({ kind: 'known', key: 'bench' }),
      send: agree,
      publish: async (results) => results.map(() => true),
      remove: async () => undefined,
      deadLetter: async () => false,
      postpone: async () => undefined,
      log: SILENT_LOG,
      now: Date.now,
      random: Math.random,
      newId,
    },
    LIMITS,
  );
  return async (bodies) => {
    const batch = bodies.map((body, i) => ({ messageId: String(i), receiveCount: 1, body }));
    const staying = await control(batch, () => 120_000);
    if (staying.length > 0) throw new Error(`${staying.length} messages come back`);
  };
};

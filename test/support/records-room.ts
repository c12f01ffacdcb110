import type { Call } from '../../shared/control/planned.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import { planCalls } from '../../shared/intent/plan.ts';
import type { Ledger, NewEntry } from '../../shared/ledger/ledger.ts';
import { makeRecords, type RecordStore } from '../../shared/ledger/records.ts';
import { message } from './control-room.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { NOW, type Wish } from './messages.ts';

/** A ledger that keeps every write that was tried. */
export const keptWrites = (ledger: Ledger) => {
  const writes: NewEntry[] = [];
  const kept: Ledger = {
    read: ledger.read,
    write: (entry, seen) => {
      writes.push(entry);
      return ledger.write(entry, seen);
    },
  };
  return { ledger: kept, writes };
};

let versions = 0;

/** The ledger as the control loop has it, and every write that was tried. */
export const startRecords = (inner: Ledger = memoryLedger()) => {
  const { ledger, writes } = keptWrites(inner);
  const records = makeRecords(ledger, {
    newVersion: () => `version ${++versions}`,
    now: () => Date.parse(NOW),
    keepSeconds: 3_600,
    log: keptLog().log,
  });
  return { records, writes };
};

/** The record at a key, if there is one that this release can read. */
export const recordAt = async <Record>(
  store: RecordStore<Record>,
  key: string,
): Promise<Record | undefined> => {
  const answer = (await store.read([key]))(key);
  return answer.kind === 'found' ? answer.record : undefined;
};

/** Messages as an invocation has them open: the open intents, and the calls that they ask for. */
export const openWishes = (...wishes: readonly Wish[]) => {
  const batch = wishes.map((wish, i) => message(`m${i}`, { age: i + 1, ...wish }));
  const { openIntents } = readBatch(batch);
  const queued = openIntents.map((from) => ({ from, intent: from.intent }));
  const calls: readonly Call[] = planCalls(queued, NOW).calls;
  return { openIntents, calls };
};

/** The only one of a list that must have one. */
export const theOnly = <T>(list: Iterable<T>): T => {
  const [first, ...more] = list;
  if (first === undefined || more.length > 0) throw new Error('not exactly one');
  return first;
};

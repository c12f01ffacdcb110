import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { BreakerRecord, RefusalOfAll } from '../../shared/upstream/circuit-breaker.ts';
import { breakersIn, makeSharedBreaker } from '../../shared/upstream/shared-breaker.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { recordAt, startRecords } from './records-room.ts';

export const KEY = 'cool/dli/p';
export const AT = 1_000_000;
export const PROBE_MS = 30_000;

export const OUTAGE: RefusalOfAll = { trouble: 'outage', isCertain: false };
export const THROTTLE: RefusalOfAll = { trouble: 'throttled', isCertain: true, retryAfter: 7.5 };

export const over: BreakerRecord = { until: AT, step: 1, strikes: 0, probing: false };
export const lasting: BreakerRecord = { ...over, until: AT + 4_001 };
export const opened: BreakerRecord = { ...over, until: AT + 5_000, openedAt: AT };

/** A breaker as an invocation finds it in the ledger, over a clock that stands still until it is moved. */
export const startBreaker = async (record?: BreakerRecord, inner: Ledger = memoryLedger()) => {
  const clock = { now: AT };
  const { records, writes } = startRecords(inner);
  if (record !== undefined) await breakersIn(records).write(KEY, record, undefined);
  const { log, lines } = keptLog();
  const find = async () => (await breakersIn(records).read([KEY]))(KEY);
  const load = async () =>
    makeSharedBreaker({ records, log, now: () => clock.now }, KEY, await find());
  const stored = () => recordAt(breakersIn(records), KEY);
  const breaker = await load();
  writes.length = 0;
  return { breaker, load, stored, clock, lines, writes };
};

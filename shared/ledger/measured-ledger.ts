import type { Measure } from '../json/metric.ts';
import type { Ledger } from './ledger.ts';

/** The same ledger. Each read and write without an answer counts as one failure. */
export const measuredLedger = (ledger: Ledger, measure: Measure): Ledger => ({
  read: async (keys, freshness) => {
    const entries = await ledger.read(keys, freshness);
    if (entries === undefined) measure('LedgerFailures', 1);
    return entries;
  },
  write: async (entry, seen) => {
    const written = await ledger.write(entry, seen);
    if (written === 'unknown') measure('LedgerFailures', 1);
    return written;
  },
});

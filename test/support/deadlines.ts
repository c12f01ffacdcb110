import { slotsPer } from '../../shared/batching/slots.ts';
import type { Turn } from '../../shared/upstream/send.ts';

/** The turn of a request that may begin until `beginBy`, that included. */
export const turnUntil = (beginBy: number): Turn => ({
  beginBy: () => beginBy,
  signal: new AbortController().signal,
  isBreakerOpen: () => false,
});

/** The turn of a request that may begin at any time. */
export const ANY_TIME = turnUntil(Number.POSITIVE_INFINITY);

/** The turn of a request that may not begin any more. */
export const TOO_LATE = turnUntil(Number.NEGATIVE_INFINITY);

/** One request after the other. */
export const ONE_BY_ONE = { slotsOf: slotsPer(1), mayBegin: () => true };

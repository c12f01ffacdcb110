import type { NotedRequest } from '../../shared/ledger/block-record.ts';

/** A request in a record that may have been served. */
export const maybeServed = (invocation: string, suspects?: number): NotedRequest => ({
  invocation,
  mayBeServed: true,
  suspects,
});

/** A request in a record that certainly had no effect. */
export const unserved = (invocation: string, suspects?: number): NotedRequest => ({
  invocation,
  mayBeServed: false,
  suspects,
});

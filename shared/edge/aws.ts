/**
 * Timeouts and tries of every AWS client. Without them, a hung request would use more than the time
 * reserved for it. A request that timed out is retried once.
 */
export const REQUEST_BOUNDS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/** While the ledger is down, a request that can go on without it waits less than two seconds. */
export const LEDGER_BOUNDS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 400, requestTimeout: 800, throwOnRequestTimeout: true },
};

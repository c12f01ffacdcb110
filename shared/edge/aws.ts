/**
 * How every AWS client connects. Without a bound a request that hangs would outlast the time that is kept for it; the
 * client repeats one that ran into it once.
 */
export const REQUEST_BOUNDS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/**
 * How every AWS client connects. Without a bound a request that hangs would outlast the time that is kept for it; the
 * client repeats one that ran into it.
 */
export const REQUEST_BOUNDS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

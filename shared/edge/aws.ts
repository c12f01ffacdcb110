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

/** A client of AWS, as far as its steps can be taken out. */
interface StepsClient {
  readonly middlewareStack: { readonly remove: (name: string) => boolean };
}

/**
 * The same client without the step that copies each request and each reply for a log. It copies them also if there is no log,
 * and no client of ours has one: that is a twentieth of the processor time of a job.
 */
export const withoutCopies = <Client extends StepsClient>(client: Client): Client => {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
};

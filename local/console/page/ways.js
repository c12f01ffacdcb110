/** Each way has its place, so that two batches can be compared. */
const WAYS = ['native route', 'vendor route', 'webhook', 'event', 'invocation', 'queue'];

export const inOrder = (ways) =>
  Object.entries(ways).sort(([a], [b]) => WAYS.indexOf(a) - WAYS.indexOf(b));

import type { Measure } from '../json/metric.ts';
import type { Handled } from './route.ts';

/** Methods that hand in nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Statuses that say what the caller did, though they are not 4xx: a vendor call that we do not offer. */
const NOT_OFFERED = 501;

/** A problem's own status decides. A hook is told 503 for some that are its sender's: senders repeat 5xx alone. */
const isOurs = (handled: Handled, told: number): boolean => {
  const status = handled.ok ? told : handled.problem.status;
  return status >= 500 && status !== NOT_OFFERED;
};

/** Counts a request by whose matter its answer is. Of reads, only those that failed for our own fault count. */
export const measureRequest = (
  method: string,
  handled: Handled,
  status: number,
  measure: Measure,
): void => {
  const failed = isOurs(handled, status);
  if (READING.has(method)) {
    if (failed) measure('ReadsFailed', 1);
    return;
  }
  // Also 0: a share of failed requests has no value before the first was counted.
  measure('RequestsFailed', Number(failed));
  if (!failed) measure(status < 400 ? 'RequestsAccepted' : 'RequestsRefused', 1);
};

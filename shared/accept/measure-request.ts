import type { Measure } from '../json/metric.ts';
import type { Handled } from './route.ts';

/** Methods that hand in nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Statuses that say what the caller did, though they are not 4xx: a vendor call that we do not offer. */
const NOT_OFFERED = 501;

const isOurs = (handled: Handled, status: number): boolean =>
  status >= 500 &&
  status !== NOT_OFFERED &&
  // A hook over its rate is told 503: its sender repeats no 429.
  (handled.ok || handled.problem.type !== 'quota-exceeded');

/** Counts a request by the status that it was answered with. Reads count for nothing. */
export const measureRequest = (
  method: string,
  handled: Handled,
  status: number,
  measure: Measure,
): void => {
  if (READING.has(method)) return;
  const failed = isOurs(handled, status);
  // Also 0: a share of failed requests has no value before the first was counted.
  measure('RequestsFailed', Number(failed));
  if (!failed) measure(status < 400 ? 'RequestsAccepted' : 'RequestsRefused', 1);
};

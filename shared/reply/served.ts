import { type Blame, isOutage } from './error-codes.ts';
import type { Served } from './verdict.ts';

/**
 * What remains open after a reply without a verdict. A service that answers has done what it does, so a look may show
 * it at once. After a server error or silence the request may yet be served: a gateway may have given up waiting.
 */
export const doubt = (status: number | undefined): 'maybe' | 'maybe yet' =>
  status === undefined || isOutage(status) ? 'maybe yet' : 'maybe';

/** An intermediary that gives one of these has passed nothing on. RFC 9110 §15.4 and §15.5, RFC 6585. */
const TURNED_BACK = new Set([403, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 431]);

const isTurnedBack = (status: number): boolean =>
  (status >= 300 && status < 400) || TURNED_BACK.has(status);

/** Whether a request may have been served although it was refused so. */
export const servedAfter = (blame: Blame, status: number): Served => {
  switch (blame) {
    case 'timeout':
      return 'maybe yet';
    case 'outage':
      return doubt(status);
    case 'unreadable':
      return isTurnedBack(status) ? 'no' : 'maybe';
    default:
      return 'no';
  }
};

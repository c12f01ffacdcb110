import { isObject, type Json } from '../json/json.ts';
import { lacksRight } from './error-codes.ts';
import { codeOf } from './rows.ts';
import type { Refusal } from './verdict.ts';

/**
 * A refusal of a whole call before anything was done, for which one job may be the reason. `denied`: a right is missing,
 * for one job or for the credential. `too large`: a call with fewer jobs may be taken.
 */
export interface Denial {
  readonly kind: 'denied' | 'too large';
  readonly error: Refusal;
}

/**
 * The denial in the only row of a reply. 413 and 403 count whatever the body is, since a proxy answers with a page of its
 * own; a throttle or a bad signature at 403 does not. A code that says that a right is missing counts at any status
 * (docs/upstream.md §2).
 */
export const denialIn = (status: number, row: Json | undefined): Denial | undefined => {
  const code = codeOf(row);
  const kind = status === 413 ? 'too large' : lacksRight(status, code) ? 'denied' : undefined;
  if (kind === undefined) return undefined;
  const words = isObject(row) ? (row.error_msg ?? row.message) : undefined;
  return { kind, error: { code, message: typeof words === 'string' ? words : `status ${status}` } };
};

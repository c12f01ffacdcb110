import { isObject, parseLoosely } from '../json/json.ts';
import { lacksRight } from './error-codes.ts';
import { isSaidOfAll } from './refusal.ts';
import type { Reply } from './reply.ts';
import { codeOf } from './rows.ts';
import type { Refusal } from './verdict.ts';

/**
 * A refusal of a whole call before anything was done, in which one job may be the reason. `denied`: a right is missing,
 * for one job or for the credential. `too large`: with fewer jobs it may be taken.
 */
export interface Denial {
  readonly kind: 'denied' | 'too large';
  readonly error: Refusal;
}

/**
 * By the status, whatever the body is, since what stands before the service answers with pages of its own: 413, and every
 * 403 but for a throttle or a bad signature. By code at any status where a right is missing (docs/upstream.md §2).
 */
export const denialOf = (reply: Reply): Denial | undefined => {
  if (reply.kind === 'silent' || !isSaidOfAll(reply)) return undefined;
  const { status } = reply;
  const parsed = parseLoosely(reply.body);
  const body = parsed.ok ? parsed.value : null;
  const row = Array.isArray(body) ? body[0] : body;
  const code = codeOf(row);
  const words = isObject(row) ? (row.error_msg ?? row.message) : undefined;
  const error = { code, message: typeof words === 'string' ? words : `status ${status}` };
  if (status === 413) return { kind: 'too large', error };
  return lacksRight(status, code) ? { kind: 'denied', error } : undefined;
};

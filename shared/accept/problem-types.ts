/**
 * The types of problems (RFC 9457) that say more than their HTTP status. Each has a section of its name in
 * docs/problems.md. A name, once answered, never changes: callers branch on it.
 */
export const PROBLEM_TYPES = {
  'invalid-request': { status: 400, title: 'Invalid request' },
  'not-authenticated': { status: 401, title: 'Not authenticated' },
  'not-granted': { status: 403, title: 'Not granted' },
  'request-in-progress': { status: 409, title: 'Request in progress' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'body-not-json': { status: 415, title: 'Body is not JSON' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key used for another request' },
  'payload-not-mapped': { status: 422, title: 'Payload not mapped' },
  'quota-exceeded': { status: 429, title: 'Quota exceeded' },
  'internal-error': { status: 500, title: 'Internal error' },
  'queue-unavailable': { status: 503, title: 'Queue unavailable' },
  'ledger-unavailable': { status: 503, title: 'Ledger unavailable' },
  'callers-unavailable': { status: 503, title: 'Callers unavailable' },
} as const;

export type ProblemType = keyof typeof PROBLEM_TYPES;

/** Statuses that say all there is to say: their type is `about:blank`, and their title the HTTP phrase (RFC 9457 §4.2.1). */
export const PHRASES = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  501: 'Not Implemented',
} as const;

export type BlankStatus = keyof typeof PHRASES;

/** An absolute URI that leads nowhere: a deployment knows no address that stays. */
export const typeUri = (type: ProblemType | undefined): string =>
  type === undefined ? 'about:blank' : `urn:job-fanin:problem:${type}`;

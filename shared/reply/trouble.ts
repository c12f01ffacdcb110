import type { Json } from '../json/json.ts';
import { type Blame, blameOf } from './error-codes.ts';
import { codeOf, isIams } from './rows.ts';

/**
 * Why an upstream serves no request for now.
 * - `throttled`: too many requests.
 * - `auth`: the credential is refused, or lacks a right.
 * - `outage`: the server is in trouble, or does not answer.
 * - `no-route`: the gateway knows no such path.
 * - `unreadable`: the reply is not the service's own.
 */
export type Trouble = 'throttled' | 'auth' | 'outage' | 'no-route' | 'unreadable';

const TROUBLES: ReadonlyMap<Blame, Trouble> = new Map([
  ['throttled', 'throttled'],
  ['signature', 'auth'],
  ['auth', 'auth'],
  ['route', 'no-route'],
  ['gateway', 'outage'],
  ['unreadable', 'unreadable'],
  ['outage', 'outage'],
  ['timeout', 'outage'],
]);

/** Undefined where the blame is a job's own, or final for all jobs: the upstream works then. */
export const troubleOf = (blame: Blame): Trouble | undefined => TROUBLES.get(blame);

/** Whose fault a reply tells of that is not the service's: by IAM's code first, then by its status. */
export const blameOfIntermediary = (status: number, body: Json): Blame => {
  const blame = blameOf(status, codeOf(body));
  if (blame === 'all' && isIams(body)) return 'auth';
  return TROUBLES.has(blame) ? blame : 'unreadable';
};

/** By these statuses a server says that the path or the method is wrong, not the request. */
const OF_ROUTES = new Set([404, 405]);

/** Whether a trouble is about the path that was asked for, and tells nothing of other paths. */
export const isOfRoute = (trouble: Trouble | undefined, status: number): boolean =>
  trouble === 'no-route' || (trouble === 'unreadable' && OF_ROUTES.has(status));

import type { Json } from '../json/json.ts';
import { type Blame, blameOf, isOutage, lacksRight } from './error-codes.ts';
import type { Reply } from './reply.ts';
import {
  codeOf,
  isIams,
  isServices,
  jsonOf,
  listedIn,
  rowsOf,
  tellsOfJob,
  UNSPECIFIED,
} from './rows.ts';
import type { Evidence, Refusal, Verdict } from './verdict.ts';

export { blameOf, UNSPECIFIED };

/**
 * What is left open by a reply that is no verdict. A service that has answered has done what it does, so a look may
 * show it; behind a server's error, which may be a gateway's that gave up waiting, or behind silence, it may yet do it.
 */
export const doubt = (status: number | undefined): 'maybe' | 'maybe yet' =>
  status === undefined || isOutage(status) ? 'maybe yet' : 'maybe';

/** What gives one of these without being a service has passed nothing on. RFC 9110 §15.4 and §15.5, RFC 6585. */
const TURNED_BACK = new Set([403, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 431]);

const isTurnedBack = (status: number): boolean =>
  (status >= 300 && status < 400) || TURNED_BACK.has(status);

export type Served = Extract<Verdict, { kind: 'unanswered' }>['served'];

/** Whether a request may have been served that was answered so. */
export const servedAfter = (blame: Blame, status: number): Served => {
  switch (blame) {
    case 'late':
      return 'maybe yet';
    case 'later':
      return doubt(status);
    case 'unreadable':
      return isTurnedBack(status) ? 'no' : 'maybe';
    default:
      return 'no';
  }
};

/** The verdict on one job that an error names, by place or by id, or that was asked for alone. */
export const verdictOn = (status: number, error: Refusal, evidence: Evidence): Verdict => {
  const blame = blameOf(status, error.code);
  switch (blame) {
    case 'busy':
    case 'throttled':
    case 'signature':
    case 'auth':
    case 'route':
    case 'gateway':
    case 'unreadable':
    case 'later':
    case 'late': {
      const reason = `${error.code}: ${error.message}`;
      const served = servedAfter(blame, status);
      const denied = lacksRight(status, error.code) && { denied: { evidence, error } };
      return { kind: 'unanswered', served, reason, ...denied };
    }
    case 'job':
    case 'status':
    case 'all':
      return { kind: 'rejected', evidence, error, doubtful: blame === 'status' };
  }
};

/** Whether a refusal of a whole call may be the fault of one of its jobs. */
export const mayBeOneJobs = (status: number, { code }: Refusal): boolean => {
  const blame = blameOf(status, code);
  return blame === 'job' || blame === 'status';
};

/** Why an upstream serves no request just now. */
export type Closure = 'throttled' | 'auth' | 'outage' | 'no-route' | 'unreadable';

const CLOSURES: ReadonlyMap<Blame, Closure> = new Map([
  ['throttled', 'throttled'],
  ['signature', 'auth'],
  ['auth', 'auth'],
  ['route', 'no-route'],
  ['gateway', 'outage'],
  ['unreadable', 'unreadable'],
  ['later', 'outage'],
  ['late', 'outage'],
]);

/** Whose trouble a reply tells of that is no service's: by IAM's code, then by its status. Else it is that of whoever answered. */
export const blameOfStranger = (status: number, body: Json): Blame => {
  const blame = blameOf(status, codeOf(body));
  if (blame === 'all' && isIams(body)) return 'auth';
  return CLOSURES.has(blame) ? blame : 'unreadable';
};

/** What each row says: why all are refused, or, undefined, that the service is at work. */
const saidIn = (status: number, body: Json): ReadonlySet<Closure | undefined> => {
  if (!isServices(status, body)) return new Set([CLOSURES.get(blameOfStranger(status, body))]);
  const isListed = listedIn(body).length > 0;
  return new Set(
    rowsOf(body).map((row) =>
      tellsOfJob(row, isListed) ? undefined : CLOSURES.get(blameOf(status, codeOf(row))),
    ),
  );
};

/**
 * Whether a reply refuses every request, not the jobs that were asked for: a throttle, a credential, a server in trouble,
 * none there, a path that leads nowhere, or a stranger who answers. At any status, since a refusal may come in every row of
 * a 202. Undefined where it does not, and where its rows are at odds: some were served then.
 */
export const closureOf = (reply: Reply): Closure | undefined => {
  if (reply.kind === 'silent') return reply.held ? undefined : 'outage';
  const said = saidIn(reply.status, jsonOf(reply.body));
  const [closure] = said;
  return said.size === 1 ? closure : undefined;
};

/** Statuses by which whoever answers says that it is the path or the method, not the request. */
const OF_ROUTES = new Set([404, 405]);

/** Whether a refusal is about the path that was asked, and says nothing of any other. */
export const isOfRoute = (reply: Reply): boolean => {
  const closure = closureOf(reply);
  if (closure === 'no-route') return true;
  return closure === 'unreadable' && reply.kind === 'replied' && OF_ROUTES.has(reply.status);
};

/** Whether what a reply says it says once, of all jobs that were asked for. A list may leave some out, who were served. */
export const isSaidOfAll = (reply: Reply): boolean => {
  const body = jsonOf(reply.kind === 'replied' ? reply.body : '');
  return listedIn(body).length === 0 && rowsOf(body).length === 1;
};

/** Whether a reply shows that a service is at work: it served a job, or refused a job in its own words. */
export const showsService = (reply: Reply): boolean =>
  reply.kind === 'replied' && saidIn(reply.status, jsonOf(reply.body)).has(undefined);

/** A refusal of the credential after which the same may be sent by another: nothing was done. */
export const isAuthRefusal = (reply: Reply): boolean =>
  closureOf(reply) === 'auth' && isSaidOfAll(reply);

/** Whether a reply refuses the credential itself, not only what it may do: by any code that says so, or at 401. */
export const isBadSignature = (reply: Reply): boolean => {
  if (reply.kind === 'silent' || closureOf(reply) !== 'auth') return false;
  const said = jsonOf(reply.body);
  const rows: readonly Json[] = Array.isArray(said) ? said : [said];
  const isOne = (row: Json): boolean => blameOf(reply.status, codeOf(row)) === 'signature';
  return reply.status === 401 || rows.some(isOne);
};

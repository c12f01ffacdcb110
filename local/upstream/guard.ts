import { sha256 } from '../../shared/callers/digest.ts';
import { verifySignature } from '../../shared/callers/vendor-signature.ts';
import type { Key, User } from './accounts.ts';
import type { Directory } from './directory.ts';
import type { Refusal, Why } from './refusals.ts';
import { gatewayError, iamError, type Reply } from './reply.ts';
import type { Request } from './request.ts';
import type { Who } from './standing.ts';
import type { Tokens } from './tokens.ts';

export interface GuardParts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly record: (refusal: Refusal) => void;
}

/** A caller that was let in: its account, and the project of its token if that has a scope. */
export interface Caller {
  readonly who: Who | undefined;
  readonly account: Pick<Key | User, 'projects'>;
  /** Undefined for a signature, which has no scope. */
  readonly scope: { readonly project: string | undefined } | undefined;
}

const ANYBODY: Caller = { who: undefined, account: {}, scope: undefined };

export type Admission =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly refusal: Reply };

/** The guard's answer: the caller of the request, or why it is not let in. */
type Verdict = { readonly caller: Caller } | { readonly why: Why; readonly who?: Who };

const opens = ({ account, scope }: Caller, project: string): boolean =>
  (account.projects === undefined || account.projects.includes(project)) &&
  (scope === undefined || scope.project === project);

/** The gateway's words, from the vendor's list of gateway errors. Its words for a foreign project are not verified. */
const gatewayWords = (why: Why, who: Who | undefined): Reply => {
  if (why === 'another project')
    return gatewayError(403, 'APIGW.0302', 'The IAM user is not allowed to access the API');
  const detail =
    why === 'locked' && who !== undefined && 'ak' in who
      ? `AK access failed to reach the limit,forbidden: ${who.ak}`
      : why;
  return gatewayError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${detail}`);
};

const iamWords = (): Reply =>
  iamError(401, 'The request you have made requires authentication.', 'Unauthorized');

/** By the access key and its standing first: a locked key is refused whatever its signature. */
const checkSignature = ({ directory, now }: GuardParts, request: Request): Verdict => {
  const { standings } = directory;
  const { path, bytes, ...rest } = request;
  const signed = { ...rest, paths: [path], bodyHash: sha256(bytes) };
  const verdict = verifySignature(signed, directory.keyOf, now());
  if (verdict.ak === undefined) return { why: verdict.why };
  const who = { ak: verdict.ak };
  const account = directory.keyOf(verdict.ak);
  if (account === undefined) {
    standings.unknown(who);
    return { why: 'unknown key', who };
  }
  if (standings.isLocked(who)) return { why: 'locked', who };
  if (verdict.ok) {
    standings.verified(who);
    return { caller: { who, account, scope: undefined } };
  }
  standings.failed(who);
  return { why: verdict.why, who };
};

const checkToken = ({ directory, tokens, now }: GuardParts, text: string): Verdict => {
  const token = tokens.find(text);
  if (token === undefined) return { why: 'unknown token' };
  const { user, domain, password } = token.user;
  const who = { user, domain };
  const account = directory.userOf(who);
  if (account?.password !== password) return { why: 'unknown token', who };
  if (now() >= token.expiresAt) return { why: 'expired token', who };
  return { caller: { who, account, scope: { project: token.project?.id } } };
};

const identify = (parts: GuardParts, request: Request): Verdict => {
  const { authorization, 'x-auth-token': token } = request.headers;
  if (authorization !== undefined) return checkSignature(parts, request);
  return typeof token === 'string' ? checkToken(parts, token) : { why: 'no credentials' };
};

/** The caller must hold the project of the path, and a header must not name another one. */
const identifyFor = (parts: GuardParts, request: Request, project: string): Verdict => {
  const verdict = identify(parts, request);
  if (!('caller' in verdict)) return verdict;
  const named = request.headers['x-project-id'];
  const isOwn = opens(verdict.caller, project) && (named === undefined || named === project);
  return isOwn ? verdict : { why: 'another project', ...whoOf(verdict.caller) };
};

/** Counts a caller that is let in, and records one that is not. While there are no accounts, every request is let in. */
const admit = (
  { directory, now, record }: GuardParts,
  { path }: Request,
  check: () => Verdict,
  words: (why: Why, who: Who | undefined) => Reply,
): Admission => {
  if (directory.isOpen()) return { ok: true, caller: ANYBODY };
  const verdict = check();
  if ('caller' in verdict) {
    const { caller } = verdict;
    if (caller.who !== undefined) directory.standings.letIn(caller.who);
    return { ok: true, caller };
  }
  const { why, who } = verdict;
  const refusal = words(why, who);
  record({ at: now(), path, who, why, status: refusal.status });
  return { ok: false, refusal };
};

const whoOf = ({ who }: Caller): { readonly who?: Who } => (who === undefined ? {} : { who });

/**
 * Lets a request in that is signed, or carries a token, by the vendor's rules. It hashes the body, and does not read it.
 */
export const makeGuard = (parts: GuardParts) => ({
  /** For a request that acts on the project in its path. */
  forProject: (request: Request, project: string): Admission =>
    admit(parts, request, () => identifyFor(parts, request, project), gatewayWords),
  /** For a request to IAM, which acts on no project. */
  forIam: (request: Request): Admission => {
    const words = request.headers.authorization === undefined ? iamWords : gatewayWords;
    return admit(parts, request, () => identify(parts, request), words);
  },
});

export type Guard = ReturnType<typeof makeGuard>;

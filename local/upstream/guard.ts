import type { Key, User } from './accounts.ts';
import { sha256 } from './canonical.ts';
import type { Directory } from './directory.ts';
import type { Refusal, Why } from './refusals.ts';
import { gatewayError, iamError, type Reply } from './reply.ts';
import type { Request } from './request.ts';
import { verifySignature } from './signature.ts';
import type { Who } from './standing.ts';
import type { Tokens } from './tokens.ts';

export interface GuardParts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly record: (refusal: Refusal) => void;
}

/** Who was let in: the account, and the one project of a token that has a scope. */
export interface Caller {
  readonly who: Who | undefined;
  readonly account: Pick<Key | User, 'projects'>;
  /** Undefined for who signs: a signature has no scope. */
  readonly scope: { readonly project: string | undefined } | undefined;
}

const ANYBODY: Caller = { who: undefined, account: {}, scope: undefined };

export type Admission =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly refusal: Reply };

/** What the guard says of a request: whose it is, or why it is not let in. */
type Verdict = { readonly caller: Caller } | { readonly why: Why; readonly who?: Who };

const opens = ({ account, scope }: Caller, project: string): boolean =>
  (account.projects === undefined || account.projects.includes(project)) &&
  (scope === undefined || scope.project === project);

/**
 * The gateway's words, after the vendor's list of gateway errors. Which of them it has for another's project is
 * not verified.
 */
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

/**
 * Lets a request in that is signed, or carries a token, by the vendor's rules. While there are no accounts, every request
 * is let in. Looks at nothing in the body, but hashes it.
 */
export const makeGuard = ({ directory, tokens, now, record }: GuardParts) => {
  const { standings } = directory;

  const checkSignature = (request: Request): Verdict => {
    const verdict = verifySignature(
      { ...request, bodyHash: sha256(request.bytes) },
      directory.keyOf,
      now(),
    );
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

  const checkToken = (text: string): Verdict => {
    const token = tokens.find(text);
    if (token === undefined) return { why: 'unknown token' };
    const { user, domain, password } = token.user;
    const who = { user, domain };
    const account = directory.userOf(who);
    if (account?.password !== password) return { why: 'unknown token', who };
    if (now() >= token.expiresAt) return { why: 'expired token', who };
    return { caller: { who, account, scope: { project: token.project?.id } } };
  };

  const identify = (request: Request): Verdict => {
    const { authorization, 'x-auth-token': token } = request.headers;
    if (authorization !== undefined) return checkSignature(request);
    return typeof token === 'string' ? checkToken(token) : { why: 'no credentials' };
  };

  const admit = (
    request: Request,
    check: () => Verdict,
    words: (why: Why, who: Who | undefined) => Reply,
  ): Admission => {
    if (directory.isOpen()) return { ok: true, caller: ANYBODY };
    const verdict = check();
    if ('caller' in verdict) {
      const { caller } = verdict;
      if (caller.who !== undefined) standings.letIn(caller.who);
      return { ok: true, caller };
    }
    const { why, who } = verdict;
    const refusal = words(why, who);
    record({ at: now(), path: request.path, who, why, status: refusal.status });
    return { ok: false, refusal };
  };

  return {
    /** For a request on behalf of the project in its path, and of no other that a header names. */
    forProject: (request: Request, project: string): Admission => {
      const named = request.headers['x-project-id'];
      const check = (): Verdict => {
        const verdict = identify(request);
        if (!('caller' in verdict)) return verdict;
        const isOwn = opens(verdict.caller, project) && (named === undefined || named === project);
        return isOwn ? verdict : { why: 'another project', ...whoOf(verdict.caller) };
      };
      return admit(request, check, gatewayWords);
    },
    /** For a request to IAM, on behalf of the caller alone. */
    forIam: (request: Request): Admission =>
      admit(
        request,
        () => identify(request),
        request.headers.authorization === undefined ? iamWords : gatewayWords,
      ),
  };
};

const whoOf = ({ who }: Caller): { readonly who?: Who } => (who === undefined ? {} : { who });

export type Guard = ReturnType<typeof makeGuard>;

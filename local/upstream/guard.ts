import type { Key, User } from './accounts.ts';
import type { Signed } from './canonical.ts';
import type { Directory } from './directory.ts';
import type { Refusal, Why } from './refusals.ts';
import { gatewayError, type Reply } from './reply.ts';
import { readClaim, whyBad } from './signature.ts';
import type { Who } from './standing.ts';
import type { Tokens } from './tokens.ts';

export interface GuardParts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly record: (refusal: Refusal) => void;
}

const opens = ({ projects }: Key | User, project: string): boolean =>
  projects === undefined || projects.includes(project);

/** What the guard says of a request: whose it is, or why it is not let in. */
type Verdict = { readonly who: Who } | { readonly why: Why; readonly who?: Who };

/**
 * The gateway's words, after the vendor's list of gateway errors. Which of them it has for another's project nobody could
 * verify.
 */
const refuse = (why: Why, who: Who | undefined): Reply => {
  if (why === 'another project')
    return gatewayError(403, 'APIGW.0302', 'The IAM user is not allowed to access the API');
  const detail =
    why === 'locked' && who !== undefined && 'ak' in who
      ? `AK access failed to reach the limit,forbidden: ${who.ak}`
      : why;
  return gatewayError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${detail}`);
};

/**
 * Lets a request in that is signed, or carries a token, by the vendor's rules, and on behalf of the project in its path.
 * Everybody is let in as long as there are no accounts. Looks at nothing in the body, but hashes it.
 */
export const makeGuard = ({ directory, tokens, now, record }: GuardParts) => {
  const { standings } = directory;

  const checkSignature = (request: Signed, authorization: string, project: string): Verdict => {
    const claim = readClaim(authorization);
    if (claim === undefined) return { why: 'unreadable authorization' };
    const who = { ak: claim.ak };
    const key = directory.keyOf(claim.ak);
    if (key === undefined) {
      standings.unknown(who);
      return { why: 'unknown key', who };
    }
    if (standings.isLocked(who)) return { why: 'locked', who };
    const why = whyBad(request, claim, key, now());
    if (why === undefined) {
      standings.verified(who);
      return opens(key, project) ? { who } : { why: 'another project', who };
    }
    standings.failed(who);
    return { why, who };
  };

  const checkToken = (text: string, project: string): Verdict => {
    const token = tokens.find(text);
    if (token?.user === undefined) return { why: 'unknown token' };
    const { user, domain, password } = token.user;
    const who = { user, domain };
    const account = directory.userOf(who);
    if (account?.password !== password) return { why: 'unknown token', who };
    if (now() >= token.expiresAt) return { why: 'expired token', who };
    return token.project === project && opens(account, project)
      ? { who }
      : { why: 'another project', who };
  };

  const check = (request: Signed, project: string): Verdict => {
    const { authorization, 'x-auth-token': token, 'x-project-id': named } = request.headers;
    const verdict: Verdict =
      authorization !== undefined
        ? checkSignature(request, authorization, project)
        : typeof token === 'string'
          ? checkToken(token, project)
          : { why: 'no credentials' };
    const strays = named !== undefined && named !== project;
    return strays && !('why' in verdict) ? { why: 'another project', who: verdict.who } : verdict;
  };

  /** The refusal, or undefined if the request is let in. */
  return (request: Signed, project: string): Reply | undefined => {
    if (directory.isOpen()) return undefined;
    const verdict = check(request, project);
    if (!('why' in verdict)) {
      standings.letIn(verdict.who);
      return undefined;
    }
    const { why, who } = verdict;
    const reply = refuse(why, who);
    record({ at: now(), path: request.path, who, why, status: reply.status });
    return reply;
  };
};

export type Guard = ReturnType<typeof makeGuard>;

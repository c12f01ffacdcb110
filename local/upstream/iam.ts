import * as v from 'valibot';
import { parseJson } from '../../shared/json/json.ts';
import type { User } from './accounts.ts';
import type { Directory } from './directory.ts';
import type { Caller } from './guard.ts';
import { catalogAt } from './iam-lists.ts';
import { idOfName, type Project, projectsNamed } from './projects.ts';
import type { Refusal, Why } from './refusals.ts';
import { errorReply, iamError, json, type Reply } from './reply.ts';
import type { Request } from './request.ts';
import type { Token, Tokens } from './tokens.ts';

export const TOKENS_PATH = '/v3/auth/tokens';

export interface IamParts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly record: (refusal: Refusal) => void;
}

const name = v.pipe(v.string(), v.nonEmpty());

/** `POST /v3/auth/tokens`, with a password, and a project by its id or its name. */
const requestSchema = v.object({
  auth: v.object({
    identity: v.object({
      methods: v.tuple([v.literal('password')]),
      password: v.object({
        user: v.object({ name, password: name, domain: v.object({ name }) }),
      }),
    }),
    /** The scope of a domain, or of nothing, has no project. */
    scope: v.optional(
      v.object({
        project: v.optional(v.union([v.object({ id: name }), v.object({ name: name })])),
      }),
    ),
  }),
});

const refusals: Readonly<Partial<Record<Why, Reply>>> = {
  locked: errorReply(401, 'IAM.0061', 'The user has been locked.'),
};

/** Keystone's words for a missing right, which IAM has taken over. */
const FORBIDDEN = 'You are not authorized to perform the requested action: identity:validate_token';

const WRONG = iamError(401, 'The username or password is wrong.', 'Unauthorized');

const microseconds = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

const bodyOf = ({ user, project, issuedAt, expiresAt }: Token, catalog: object) => {
  const domain = { id: idOfName(user.domain), name: user.domain };
  return {
    token: {
      methods: ['password'],
      issued_at: microseconds(issuedAt),
      expires_at: microseconds(expiresAt),
      user: { id: idOfName(user.domain, user.user), name: user.user, domain },
      ...(project !== undefined && { project: { ...project, domain } }),
      roles: [],
      ...catalog,
    },
  };
};

const replyWith = (status: number, token: Token, request: Request): Reply => {
  const isShort = new URLSearchParams(request.query).has('nocatalog');
  const reply = json(
    status,
    bodyOf(token, isShort ? {} : { catalog: catalogAt(request, token.project?.id) }),
  );
  return { ...reply, headers: { ...reply.headers, 'x-subject-token': token.text } };
};

type Scope = { readonly id: string } | { readonly name: string } | undefined;

/** Why a user gets no token; undefined if it gets one. A wrong password counts towards the lock. */
const whyNot = (directory: Directory, { user, domain, password }: User): Why | undefined => {
  if (directory.isOpen()) return undefined;
  const who = { user, domain };
  const { standings } = directory;
  const known = directory.userOf(who);
  if (known === undefined) {
    standings.unknown(who);
    return 'unknown user';
  }
  if (standings.isLocked(who)) return 'locked';
  if (known.password === password) return undefined;
  standings.failed(who);
  return 'wrong password';
};

const projectOf = (directory: Directory, asking: User, scope: Scope): Project | undefined => {
  if (scope === undefined) return undefined;
  if ('id' in scope) return { id: scope.id, name: scope.id };
  return projectsNamed(directory.userOf(asking)?.projects, scope.name)[0];
};

const issue = ({ directory, tokens, now, record }: IamParts, request: Request): Reply => {
  const parsed = parseJson(request.body);
  const asked = v.safeParse(requestSchema, parsed.ok ? parsed.value : undefined);
  if (!asked.success) return iamError(400, 'The request body is invalid.', 'Bad Request');
  const { identity, scope } = asked.output.auth;
  const { name: user, password, domain } = identity.password.user;
  const asking = { user, password, domain: domain.name };
  const who = { user, domain: domain.name };
  const why = whyNot(directory, asking);
  if (why !== undefined) {
    const reply = refusals[why] ?? WRONG;
    record({ at: now(), path: TOKENS_PATH, who, why, status: reply.status });
    return reply;
  }
  directory.standings.verified(who);
  directory.standings.tokenIssued(who);
  const token = tokens.issue(asking, projectOf(directory, asking, scope?.project));
  return replyWith(201, token, request);
};

/** Whether a token is still good: before its end, and while its user has the same password. */
const isValid = ({ directory, now }: IamParts, { user, expiresAt }: Token): boolean =>
  now() < expiresAt && (directory.isOpen() || directory.userOf(user)?.password === user.password);

/** A user may see their own tokens; others' need the right of an administrator, which key pairs have here. */
const maySee = ({ who }: Caller, { user, domain }: User): boolean =>
  who === undefined || 'ak' in who || (who.user === user && who.domain === domain);

const show = (parts: IamParts, request: Request, caller: Caller): Reply => {
  const { 'x-subject-token': text } = request.headers;
  if (typeof text !== 'string')
    return iamError(400, 'The header X-Subject-Token is missing.', 'Bad Request');
  const token = parts.tokens.find(text);
  if (token === undefined || !isValid(parts, token))
    return iamError(404, 'The token could not be found.', 'Not Found');
  return maySee(caller, token.user)
    ? replyWith(200, token, request)
    : iamError(403, FORBIDDEN, 'Forbidden');
};

/** Issues tokens as IAM does, and tells of them. While there are no accounts, any user and password gets one. */
export const makeIam = (parts: IamParts) => ({
  /** `POST /v3/auth/tokens`: 201, with the token in `X-Subject-Token`. */
  issue: (request: Request): Reply => issue(parts, request),
  /** `GET /v3/auth/tokens`: whose the token in `X-Subject-Token` is; 404 for an unknown or expired one, 403 for another user's. */
  show: (request: Request, caller: Caller): Reply => show(parts, request, caller),
});
